/// What made a message a dead letter, said by whoever found it. Never a value of a document and never free text.
public enum DeadLetterFailure: Sendable, Hashable {
    /// The first error that translation found, by its code.
    case finding(String)
    /// The document broke a bound of the gateway's own, or left no finding.
    case other
    /// No routing rule names an institution.
    case noRule
    /// A routing rule, named by the place, names several.
    case ambiguous
    /// An institution leased it as often as it may and never settled it.
    case leaseEnded
    /// An institution's system refused it.
    case rejected
    /// The stored payload cannot be opened.
    case unreadablePayload
    /// A receiver refused it for good; its HTTP status.
    case refused(Int)
    /// A receiver kept failing or kept being busy; its last HTTP status.
    case http(Int)
    /// A receiver was not reached; the code of the transport.
    case notReached(String)
    /// A receiver answered 2xx, but not what was agreed as its confirmation.
    case notConfirmed
    /// The exchange folder could not be written.
    case notWritten
    /// Its keep-by time passed.
    case keepUntil

    /// The word in the store, in filters and in metrics.
    public var rawValue: String {
        switch self {
        case .finding(let code): code
        case .other: "other"
        case .noRule: "noRule"
        case .ambiguous: "ambiguous"
        case .leaseEnded: "leaseEnded"
        case .rejected: "rejected"
        case .unreadablePayload: "unreadablePayload"
        case .refused(let status): "refused-\(status)"
        case .http(let status): "http-\(status)"
        case .notReached(let code): "notReached-\(code)"
        case .notConfirmed: "notConfirmed"
        case .notWritten: "notWritten"
        case .keepUntil: "keepUntil"
        }
    }

    /// Reads the word that `rawValue` wrote; which words there are depends on the reason.
    ///
    /// - Returns: `nil` for a word that no release has written.
    public init?(rawValue: String, reason: DeadLetterReason) {
        switch reason {
        case .invalid: self = rawValue == "other" ? .other : .finding(rawValue)
        case .unroutable: self.init(rawValue, among: [.noRule, .ambiguous, .other])
        case .exhausted: self.init(rawValue, among: [.leaseEnded, .rejected, .unreadablePayload, .other])
        case .undeliverable:
            if let status = Self.number(in: rawValue, after: "refused-") {
                self = .refused(status)
            } else if let status = Self.number(in: rawValue, after: "http-") {
                self = .http(status)
            } else if rawValue.hasPrefix("notReached-") {
                self = .notReached(String(rawValue.dropFirst("notReached-".count)))
            } else {
                self.init(rawValue, among: [.notConfirmed, .notWritten, .unreadablePayload, .other])
            }
        case .expired: self.init(rawValue, among: [.keepUntil, .unreadablePayload, .other])
        }
    }

    private init?(_ rawValue: String, among known: [DeadLetterFailure]) {
        guard let failure = known.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = failure
    }

    private static func number(in text: String, after prefix: String) -> Int? {
        text.hasPrefix(prefix) ? Int(text.dropFirst(prefix.count)) : nil
    }
}
