import Vocabulary

/// Who is asked to take an application, and until when. How far that has come is `ApplicationStanding.handover`.
public struct Handover: Sendable, Hashable {
    public var to: String?
    /// When the city centre decides instead (CLK-24).
    public var dueAt: Instant?

    public init(to: String? = nil, dueAt: Instant? = nil) {
        self.to = to
        self.dueAt = dueAt
    }
}
