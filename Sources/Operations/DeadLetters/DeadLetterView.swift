import Canonical
import Messaging
import StrictJSON
import Vocabulary

/// A dead letter as operators see it: everything but the values.
public struct DeadLetterView: Sendable {
    public let deadLetter: DeadLetterDetail
    public let code: FailureAdvice
    public let findings: [Finding]
    /// The offending places, each in a few masked lines; the beginning of the document where no place is known.
    public let excerpts: [[ExcerptLine]]
    /// What the edit that this message comes from has changed.
    public let changes: LineDiff?
    /// The fields that keep it from being taken and can be mended one by one; none of what is not invalid.
    public let fields: [FailingField]

    /// What translation said, as it was stored.
    public struct Finding: Sendable {
        let stored: JSONValue
        /// As its reader may see it.
        public var json: JSONValue {
            guard Sight.isMasked else { return stored }
            var json = stored
            for name in ["path", "field"] where json[name]?.string != nil {
                json[name] = .text(json[name]?.string.map(Sight.path))
            }
            if let path = json.at("location.path")?.string, var location = json["location"] {
                location["path"] = .string(Sight.path(path))
                json["location"] = location
            }
            return json
        }
        public var isError: Bool { json["severity"] == "error" }
        public var code: String { json["code"]?.string ?? "" }
        public var message: String { json["message"]?.string ?? "" }
        public var path: String? { json["path"]?.string.map(Sight.path) }
        /// The canonical field in Chinese.
        public var title: String? { json["title"]?.string }
        /// The sender's own name of it.
        public var field: String? { json["field"]?.string.map(Sight.path) }
        /// Of what no mapping takes: identifiers and titles of the messages that its sender may send.
        public var accepted: [(id: String, title: String)] {
            (json["accepted"]?.array ?? []).compactMap { choice in
                choice["id"]?.string.map { ($0, choice["title"]?.string ?? "") }
            }
        }
        public var rule: String? { json["rule"]?.string }
        public var line: Int? { json.at("location.line")?.int }
        public var column: Int? { json.at("location.column")?.int }
    }

    /// Places shown at most.
    private static let places = 5
    private static let openingLines = 12

    /// - Throws: `StoreError.corrupt` where the stored findings cannot be read.
    init(_ deadLetter: DeadLetterDetail, _ text: any DocumentText) throws(StoreError) {
        self.deadLetter = deadLetter
        code = FailureAdvice(deadLetter.summary)
        let told = try deadLetter.findings.map { stored throws(StoreError) in
            try [JSONValue](stored: stored, "the findings of dead letter \(deadLetter.summary.id)")
        }
        findings = (told ?? []).map { Finding(stored: $0) }
        let read = text.decode(deadLetter.payload)?.utf8
        excerpts = read.map { [findings] in Self.excerpts(of: $0, findings) } ?? []
        let isMendable = deadLetter.summary.reason == .invalid && !deadLetter.summary.isBeyondMending
        fields = isMendable ? FailingField.all(findings, in: read ?? []) : []
        changes = deadLetter.origin.flatMap { origin in
            // A document that was erased since was no empty one.
            guard origin.isEdited, !origin.payload.isEmpty, !deadLetter.payload.isEmpty,
                let old = text.decode(origin.payload),
                let new = text.decode(deadLetter.payload)
            else {
                return nil
            }
            return LineDiff(old: old.utf8, new: new.utf8)
        }
    }

    private static func excerpts(of text: [UInt8], _ findings: [Finding]) -> [[ExcerptLine]] {
        var marks: [(line: Int, column: Int?)] = []
        for finding in findings.filter(\.isError) + findings.filter({ !$0.isError }) {
            guard let line = finding.line, marks.count < places, !marks.contains(where: { $0.line == line }) else {
                continue
            }
            marks.append((line, finding.column))
        }
        guard let last = marks.map(\.line).max() else {
            let opening = MaskedText(text, through: openingLines).excerpt(line: 1, column: nil, context: openingLines)
            return opening.isEmpty ? [] : [opening]
        }
        let masked = MaskedText(text, through: last + places)
        return marks.map { masked.excerpt(line: $0.line, column: $0.column) }
    }
}
