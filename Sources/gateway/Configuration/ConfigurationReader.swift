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
    private(set) var complaints: [Complaint] = []
    private(set) var file = ""

    mutating func complain(at element: Node?, _ message: String) {
        complaints.append(Complaint(file: file, line: element?.location.line, text: message))
    }

    mutating func root(of file: String, named name: String) -> Node? {
        self.file = file
        guard let data = FileManager.default.contents(atPath: file) else {
            complain(at: nil, "cannot be read; name an existing file that this user may read")
            return nil
        }
        do {
            let root = try Document.parse([UInt8](data), format: .xml, limits: ParseLimits()).root
            guard root.name == name else {
                complain(at: root, "the root element must be <\(name)>, not <\(root.name)>")
                return nil
            }
            return root
        } catch {
            complaints.append(
                Complaint(
                    file: file, line: error.location.line, text: "is not well-formed XML (\(error.problem.rawValue))"
                ))
            return nil
        }
    }

    func attribute(_ name: String, of element: Node) -> String? { element.attribute(name) }

    mutating func required(_ name: String, of element: Node) -> String? {
        guard let value = element.attribute(name), !value.isEmpty else {
            complain(at: element, "<\(element.name)> needs the attribute \(name)")
            return nil
        }
        return value
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
        complaints += institutionFile.complaints
        return institutionFile.entries.map { entry in
            var institution = Institution(
                code: entry.code, name: entry.name, phone: entry.phone, division: entry.division)
            institution.push = entry.push.flatMap { push($0) }
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
            var partner = Partner(
                id: id, name: name, kind: kind,
                senderCodes: element.children.filter { $0.name == "senderCode" }.map(\.text),
                mappings: element.children.filter { $0.name == "mapping" }.map(\.text),
                statusMapping: element.attribute("statusMapping"), returnAddress: returnAddress(of: element),
                retryPolicy: retryPolicy(of: element))
            partner.exchange = exchange(of: element)
            found.append(partner)
        }
        return found
    }

    mutating func callers(
        in file: String, partners: [Partner], institutions: [Institution]
    ) -> (callers: [String: Caller], ends: [String: Instant]) {
        guard let root = root(of: file, named: "credentials") else { return ([:], [:]) }
        var callers: [String: Caller] = [:]
        var ends: [String: Instant] = [:]
        for element in root.children {
            let caller: Caller?
            switch element.name {
            case "partner":
                let id = required("id", of: element)
                if let id, !partners.contains(where: { $0.id == id }) { complain(at: element, "no partner \(id)") }
                caller = id.map { Caller(role: .partner, id: $0) }
            case "institution":
                let code = required("code", of: element)
                if let code, !institutions.contains(where: { $0.code == code }) {
                    complain(at: element, "no institution \(code)")
                }
                caller = code.map { Caller(role: .institution, id: $0) }
            case "operator":
                let role = element.attribute("role").map { OperatorRole(rawValue: $0) } ?? .operator
                if role == nil {
                    complain(at: element, "role must be viewer, operator, auditor or administrator")
                }
                caller = required("name", of: element).map { Caller(role: .operator, id: $0, operatorRole: role) }
            default:
                complain(at: element, "unknown element <\(element.name)>")
                caller = nil
            }
            guard let hash = required("tokenSha256", of: element)?.lowercased() else { continue }
            guard hash.count == 64, hash.allSatisfy(\.isHexDigit) else {
                complain(at: element, "tokenSha256 must be 64 hexadecimal digits; `gateway keys new` makes them")
                continue
            }
            if callers[hash] != nil { complain(at: element, "this token is given to two callers") }
            callers[hash] = caller
            ends[hash] = end(of: element)
        }
        return (callers, ends)
    }
}
