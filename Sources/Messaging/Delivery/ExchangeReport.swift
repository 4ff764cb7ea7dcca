import Vocabulary

/// How a partner's exchange folders are doing, for operators; without the files' names, which may be people's.
public struct ExchangeReport: Sendable, Hashable {
    public let partnerID: String
    /// Complete files without an answer.
    public let waiting: Int
    /// Since when the oldest of them is there.
    public let oldest: Instant?
    /// Those that have waited for longer than they may.
    public let late: Int
    /// What could not be read, or not be laid aside.
    public let unread: Int
    /// Whether the folders themselves cannot be worked.
    public let isAtFault: Bool
    /// Since when something could not be read, or the folders are at fault.
    public let troubledSince: Instant?

    public init(
        partnerID: String, waiting: Int, oldest: Instant?, late: Int, unread: Int, isAtFault: Bool,
        troubledSince: Instant?
    ) {
        self.partnerID = partnerID
        self.waiting = waiting
        self.oldest = oldest
        self.late = late
        self.unread = unread
        self.isAtFault = isAtFault
        self.troubledSince = troubledSince
    }
}
