import StrictJSON
import Vocabulary

/// What dead letters have in common that are mended together: reason, failure and place.
///
/// Never made of a value or of free text, so it may stand in lists, metrics and addresses.
public struct DeadLetterCause: Sendable, Hashable {
    public let reason: DeadLetterReason
    /// The first error's code, or the class of a push's failure.
    public let failure: String
    /// The mapping's rule, or else the field.
    public let place: String?

    public init(reason: DeadLetterReason, failure: String, place: String?) {
        self.reason = reason
        self.failure = failure
        self.place = place
    }

    /// - Parameters:
    ///   - findings: JSON array of what translation said.
    ///   - problem: what the gateway noted when it gave the message up.
    public init(_ reason: DeadLetterReason, findings: [UInt8]?, problem: String?) {
        let all = findings.flatMap { try? JSONValue(parsing: $0) }?.array ?? []
        let first = all.first { $0["severity"] == "error" } ?? all.first
        if let code = first?["code"]?.string {
            let place = first?["rule"]?.string ?? first?["path"]?.string.map(Self.withoutIndexes)
            self.init(reason: reason, failure: code, place: place)
        } else {
            let (failure, place) = Self.failure(reason, problem ?? "")
            self.init(reason: reason, failure: failure, place: place)
        }
    }

    /// `invalid/unknownCode/court/defence-notice:14`
    public var name: String { ([reason.rawValue, failure] + [place].compactMap(\.self)).joined(separator: "/") }

    public init?(name: String) {
        let parts = name.split(separator: "/", maxSplits: 2).map(String.init)
        guard let reason = parts.first.flatMap(DeadLetterReason.init(rawValue:)) else { return nil }
        self.init(
            reason: reason, failure: parts.count > 1 ? parts[1] : "other", place: parts.count > 2 ? parts[2] : nil)
    }

    /// The class of a failure without findings, by the gateway's own words about it.
    private static func failure(_ reason: DeadLetterReason, _ problem: String) -> (String, place: String?) {
        switch reason {
        case .invalid: return ("other", nil)
        case .expired: return ("keepUntil", nil)
        case .unroutable:
            // Triage names the rule when several institutions fit it.
            guard problem.contains(" 对应多个机构") else { return ("noRule", nil) }
            return ("ambiguous", problem.split(separator: " ").first.map(String.init))
        case .exhausted: return (problem.hasPrefix("leased ") ? "leaseEnded" : "rejected", nil)
        case .undeliverable:
            if let status = number(after: "refused with HTTP ", in: problem) { return ("refused-\(status)", nil) }
            if let status = number(after: "HTTP ", in: problem) { return ("http-\(status)", nil) }
            let unreached = "not reached: "
            if problem.hasPrefix(unreached) {
                return ("notReached-" + problem.dropFirst(unreached.count).prefix(while: isWordCharacter), nil)
            }
            return (problem.hasPrefix("no return address") ? "noReturnAddress" : "other", nil)
        }
    }

    private static func number(after prefix: String, in text: String) -> Int? {
        guard text.hasPrefix(prefix) else { return nil }
        return Int(text.dropFirst(prefix.count).prefix { $0.isNumber })
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber)
    }

    /// `materials[3].title` and `materials[7].title` are one cause.
    private static func withoutIndexes(_ path: String) -> String {
        var text = ""
        var isInside = false
        for character in path {
            if character == "]" { isInside = false }
            if !isInside { text.append(character) }
            if character == "[" { isInside = true }
        }
        return text
    }
}
