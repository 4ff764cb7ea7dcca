import StrictJSON

/// What a line of the log may hold: words, figures, and lists of them. A part of a document is none, and a value of a type
/// that masks itself neither: neither can be written down by accident.
public enum LogValue: Sendable, Hashable {
    case null
    case string(String)
    case number(Int)
    case array([LogValue])
    /// A notice of the gateway's own making, such as an alert's.
    case notice(JSONValue)

    public init(_ number: Int) { self = .number(number) }

    /// Nothing where there is none.
    public static func text(_ text: String?) -> LogValue? { text.map(LogValue.string) }

    var json: JSONValue {
        switch self {
        case .null: .null
        case .string(let text): .string(text)
        case .number(let number): JSONValue(number)
        case .array(let values): .array(values.map(\.json))
        case .notice(let notice): notice
        }
    }
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(value) }
}
