import Vocabulary

/// Which messages a list shows.
public struct MessageFilter: Sendable, Hashable {
    public var partnerID: String?
    public var outcome: Outcome?
    /// By the mapping that read it.
    public var mappingID: String?
    /// The responsible institution, or its leads.
    public var queue: String?
    /// Where one of its applications stands.
    public var caseState: CaseState?
    /// Received from then on, and before.
    public var from: Instant?
    public var until: Instant?

    public init(partnerID: String? = nil) { self.partnerID = partnerID }

    /// Whether it asks for more than an index can tell, so that a time must bound it.
    public var isSearching: Bool { outcome != nil || mappingID != nil || queue != nil || caseState != nil }
}
