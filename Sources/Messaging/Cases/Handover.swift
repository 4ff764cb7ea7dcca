import Vocabulary

/// Where the hand-over of an application between institutions stands. States are those of `HandoverState`.
public struct Handover: Sendable, Hashable {
    public var state: String
    /// Who is asked to take it.
    public var to: String?
    /// When the city centre decides instead.
    public var dueAt: Instant?
    /// How often a target sent it back.
    public var returns: Int

    public init(state: String = "collected", to: String? = nil, dueAt: Instant? = nil, returns: Int = 0) {
        self.state = state
        self.to = to
        self.dueAt = dueAt
        self.returns = returns
    }
}
