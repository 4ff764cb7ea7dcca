import Vocabulary

/// Which of the statuses that a partner is told are meant.
public struct ToldStatusFilter: Sendable {
    public let partnerID: String
    /// Made from then on.
    public var since: Instant?
    public var applicationNo: String?
    /// One of these; all where it is empty.
    public var states: Set<DeliveryState.Name> = []

    public init(partnerID: String) { self.partnerID = partnerID }
}
