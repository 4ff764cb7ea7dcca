import Documents
import Foundation
import Intake
import Messaging
import Operations
import Transport
import Triage
import Vocabulary

/// Reads configuration files and gathers what is wrong with them.
struct ConfigurationReader {
    private struct Place: Hashable {
        let file: String
        let line: Int?
    }

    private var found: [Complaint] = []
    /// What the schemas say of elements and attributes, and of what these hold.
    private var structural: [Complaint] = []
    private var ofValues: [(complaint: Complaint, attribute: String?)] = []
    private(set) var file = ""
    /// The exchange folders that were read so far, and what none of them may hold or lie in.
    var exchangePlaces = ExchangePlaces()
    var ownPlaces = OwnPlaces(folders: [], files: [])

    /// What is wrong, each thing told once: a mistake in a value as the reader of that value tells it, if it does.
    var complaints: [Complaint] {
        let told = Dictionary(grouping: found) { Place(file: $0.file, line: $0.line) }
        let untold = ofValues.filter { complaint, attribute in
            let others = told[Place(file: complaint.file, line: complaint.line)] ?? []
            return attribute.map { name in !others.contains { Self.names(name, in: $0.text) } } ?? others.isEmpty
        }
        return structural + untold.map(\.complaint) + found
    }

    /// Whether a complaint speaks of an attribute.
    private static func names(_ attribute: String, in text: String) -> Bool {
        text.split { !$0.isLetter && !$0.isNumber }.contains { $0 == attribute }
    }

    mutating func complain(at element: Node?, _ message: String) {
        found.append(Complaint(file: file, line: element?.location.line, text: message))
    }

    mutating func root(of file: String, named name: String) -> Node? {
        self.file = file
        guard let data = FileManager.default.contents(atPath: file) else {
            complain(at: nil, "cannot be read; name an existing file that this user may read")
            return nil
        }
        do {
            let document = try Document.parse([UInt8](data), format: .xml, limits: ParseLimits())
            guard document.root.name == name else {
                complain(at: document.root, "the root element must be <\(name)>, not <\(document.root.name)>")
                return nil
            }
            holdAgainstSchema(document)
            return document.root
        } catch {
            found.append(
                Complaint(
                    file: file, line: error.location.line, text: "is not well-formed XML (\(error.problem.rawValue))"
                ))
            return nil
        }
    }

    private mutating func holdAgainstSchema(_ document: Document) {
        guard let schema = ConfigurationSchema(rawValue: document.root.name) else { return }
        do throws(SchemaError) {
            for mistake in try schema.strict().mistakes(in: document) {
                let line = (mistake.element ?? document.root).location.line
                let complaint = Complaint(file: file, line: line, text: mistake.text)
                if mistake.isStructural {
                    structural.append(complaint)
                } else {
                    ofValues.append((complaint, mistake.attribute))
                }
            }
        } catch {
            complain(at: nil, "the program's own schema \(error.path) is broken at line \(error.line ?? 1)")
        }
    }

    func attribute(_ name: String, of element: Node) -> String? { element.attribute(name) }

    /// One that the schema asks for, and complains of where it is not there.
    func required(_ name: String, of element: Node) -> String? {
        element.attribute(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether an attribute says `true` or `1`; the schema lets blanks stand around either.
    mutating func flag(_ name: String, of element: Node) -> Bool {
        switch element.attribute(name) {
        case "true", "1": return true
        case "false", "0", nil: return false
        case _?:
            complain(at: element, "\(name) must be true or false, without blanks")
            return false
        }
    }

    mutating func number(_ name: String, of element: Node, in range: ClosedRange<Int>) -> Int? {
        guard let text = element.attribute(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            complain(at: element, "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// Those who are delivered to, of a file that the rules have read; what is wrong with it is told here once.
    mutating func institutions(in institutionFile: InstitutionFile) -> [Institution] {
        file = institutionFile.path
        _ = root(of: institutionFile.path, named: "institutions")
        // What that reader says of elements and attributes begins with their element, and the schema has said it.
        let misshapen = Set(structural.map { Place(file: $0.file, line: $0.line) })
        found += institutionFile.complaints.filter {
            !$0.text.hasPrefix("<") || !misshapen.contains(Place(file: $0.file, line: $0.line))
        }
        return institutionFile.entries.map { entry in
            var institution = Institution(
                code: entry.code, name: entry.name, phone: entry.phone, division: entry.division)
            institution.push = entry.push.flatMap { push($0) }
            institution.mustSign = entry.mustSign
            return institution
        }
    }

    mutating func partners(in file: String, kinds: SenderKinds) -> [Partner] {
        guard let root = root(of: file, named: "partners") else { return [] }
        var found: [Partner] = []
        for element in root.children {
            guard let id = required("id", of: element), let name = required("name", of: element),
                let kind = senderKind(of: element, among: kinds)
            else { continue }
            if found.contains(where: { $0.id == id }) { complain(at: element, "partner \(id) is there twice") }
            for way in ["returnAddress", "retry", "exchange"]
            where element.children.count(where: { $0.name == way }) > 1 {
                complain(at: element, "partner \(id) has <\(way)> more than once")
            }
            var partner = Partner(
                id: id, name: name, kind: kind,
                senderCodes: element.children.filter { $0.name == "senderCode" }.map(\.text),
                mappings: element.children.filter { $0.name == "mapping" }.map(\.text),
                statusMapping: element.attribute("statusMapping"), returnAddress: returnAddress(of: element),
                retryPolicy: retryPolicy(of: element))
            partner.exchange = exchange(of: element, id)
            partner.contact = element.attribute("contact")
            partner.mustSign = element.attribute("signatures") == "required"
            partner.callsPerMinute = number("callsPerMinute", of: element, in: 1...10_000_000)
            found.append(partner)
        }
        return found
    }
}
