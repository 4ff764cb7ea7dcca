import Documents
import Vocabulary

/// `institutions.xml`, read in one place for everybody: who the institutions are, what leads to them, and how they are
/// delivered to.
public struct InstitutionFile {
    /// An institution as the rest of the gateway needs it.
    public struct Entry {
        public let code: String
        public let name: String
        public let phone: String?
        /// GB/T 2260.
        public let division: String?
        /// `<push>`: how applications are pushed to it; nothing where it leases them.
        public let push: Node?
        /// Whether its calls must be signed.
        public let mustSign: Bool
    }

    public let path: String
    /// Those that have a code and a name.
    public let entries: [Entry]
    public let complaints: [Complaint]
    /// What the rules make of it.
    let institutions: Institutions
    /// What the file adds to the digest of the rules.
    let sources: [UInt8]

    public init(path: String) {
        self.path = path
        var reader = RuleReader()
        let elements = reader.elements(of: path, root: "institutions", checked: false)
        institutions = Institutions(elements, &reader)
        entries = elements.filter { $0.name == "institution" }.compactMap { element in
            guard let code = element.attribute("code"), let name = element.attribute("name"), !code.isEmpty,
                !name.isEmpty
            else { return nil }
            return Entry(
                code: code, name: name, phone: element.attribute("phone"), division: element.attribute("division"),
                push: element.children.first { $0.name == "push" },
                mustSign: element.attribute("signatures") == "required")
        }
        complaints = reader.complaints
        sources = reader.sources
    }
}
