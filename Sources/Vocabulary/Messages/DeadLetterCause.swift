/// What dead letters have in common that are mended together: reason, failure and place.
///
/// Never made of a value or of free text, so it may stand in lists, metrics and addresses.
public struct DeadLetterCause: Sendable, Hashable {
    public let reason: DeadLetterReason
    public let failure: DeadLetterFailure
    /// The mapping's or the routing rule, or else the field.
    public let place: String?

    private init(_ reason: DeadLetterReason, _ failure: DeadLetterFailure, place: String? = nil) {
        self.reason = reason
        self.failure = failure
        self.place = place
    }

    /// A document that does not parse, validate or translate.
    ///
    /// - Parameters:
    ///   - code: of the first error; without one nothing is known of it.
    ///   - rule: the mapping's rule that found it.
    ///   - path: the canonical field, where no rule is known.
    public static func invalid(code: String?, rule: String? = nil, path: String? = nil) -> DeadLetterCause {
        DeadLetterCause(
            .invalid, code.map(DeadLetterFailure.finding) ?? .other, place: rule ?? path.map(withoutIndexes))
    }

    /// No rule names an institution; or the rule named by `rule` names several.
    public static func unroutable(rule: String? = nil) -> DeadLetterCause {
        DeadLetterCause(.unroutable, rule == nil ? .noRule : .ambiguous, place: rule)
    }

    public static let leasesEnded = DeadLetterCause(.exhausted, .leaseEnded)
    public static let rejected = DeadLetterCause(.exhausted, .rejected)
    public static let expired = DeadLetterCause(.expired, .keepUntil)

    /// What waited for its referral cannot be read any more.
    public static let unreadableFollowUp = DeadLetterCause(.expired, .unreadablePayload)

    /// The store's own fault: what an institution or a partner would get cannot be opened.
    public static func unreadablePayload(on channel: Channel) -> DeadLetterCause {
        DeadLetterCause(channel == .application ? .exhausted : .undeliverable, .unreadablePayload)
    }

    public static func undeliverable(_ failure: DeadLetterFailure) -> DeadLetterCause {
        DeadLetterCause(.undeliverable, failure)
    }

    /// `invalid/unknownCode/court/defence-notice:14`
    public var name: String {
        ([reason.rawValue, failure.rawValue] + [place].compactMap(\.self)).joined(separator: "/")
    }

    /// Reads what `name` wrote.
    public init?(name: String) {
        let parts = name.split(separator: "/", maxSplits: 2).map(String.init)
        guard parts.count > 1, let reason = DeadLetterReason(rawValue: parts[0]),
            let failure = DeadLetterFailure(rawValue: parts[1], reason: reason)
        else { return nil }
        self.init(reason, failure, place: parts.count > 2 ? parts[2] : nil)
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
