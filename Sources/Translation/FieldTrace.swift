import Canonical
import Documents
import StrictJSON
import Vocabulary

/// Where a canonical value came from and what was done to it. Values are masked.
public struct FieldTrace: Sendable {
    /// Canonical, dotted.
    public let target: String
    /// None for what the mapping itself says.
    public let location: SourceLocation?
    public let raw: String?
    public let conversions: [String]
    public let result: String
    /// The mapping's own line, such as `court/defence-notice:14`.
    public let rule: String

    public var json: JSONValue {
        .compact([
            ("path", .string(target)), ("location", location.map(\.json)), ("raw", .text(raw)),
            ("conversions", .array(conversions.map(JSONValue.string))), ("result", .string(result)),
            ("rule", .string(rule)),
        ])
    }
}

extension SourceLocation {
    public var json: JSONValue {
        .compact([
            ("line", line.map { JSONValue($0) }), ("column", column.map { JSONValue($0) }),
            ("path", .string(ForeignName.path(path))),
        ])
    }
}

/// How an explanation shows values: codes, dates of the case and amounts as they are, whatever tells of a person masked.
enum ExplanationMask {
    static func mask(_ value: JSONValue, of path: String) -> String {
        if case .code = CanonicalModel.application.field(at: path)?.type, let code = value.string { return code }
        return switch value {
        case .string(let text): mask(text, of: path)
        case .null, .bool, .number: value.text()
        case .array(let items): "[\(items.count)]"
        case .object: "{…}"
        }
    }

    /// - Parameter path: canonical, slash-separated, without positions.
    static func mask(_ text: String, of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if isPublic(path) { return String(text.prefix(80)) }
        switch name {
        case "idNumber", "certificateNo": return Masking.idNumber(text)
        case "mobile", "landline", "phone", "contactPhone": return Masking.phone(text)
        case "householdAddress", "residenceAddress", "mailingAddress", "address", "factsPlace":
            return Masking.address(text)
        case "uscc": return Masking.uscc(text)
        case "caseNumber": return Masking.caseNumber(text)
        case "name", "contactName", "nameAlias", "officer", "lawyer": return Masking.name(text)
        case "birthDate": return "\(text.prefix(4))…(\(text.count))"
        default: break
        }
        switch CanonicalModel.application.field(at: path)?.type {
        case .date, .dateTime, .money, .integer, .boolean: return String(text.prefix(40))
        // A sender's words for a code may be a whole sentence about the person.
        case .code, .word: return text.count <= 12 ? text : "\(text.prefix(1))…(\(text.count))"
        case .text, nil:
            return text.count <= 2
                ? String(repeating: "*", count: text.count) : "\(text.prefix(1))…(\(text.count))"
        }
    }

    /// Of offices, letters and papers, not of persons.
    private static func isPublic(_ path: String) -> Bool {
        switch path {
        case "source/contactName", "source/contactPhone": false
        case "matter/standing", "proceeding/handlers/role", "proceeding/hearings/place", "materials/title",
            "materials/content", "missing/title":
            true
        default: path.hasPrefix("source/") || path.hasPrefix("proceeding/handlingOrgan/")
        }
    }
}
