import Vocabulary

/// That somebody has taken note of a trouble, why it may wait and until when. It is over by itself: at its end, or as soon
/// as there is more of the trouble than was known.
public struct Acknowledgement: Sendable, Hashable {
    /// The trouble, by its kind and, of dead letters, by the code of their error.
    public let trouble: String
    /// How much of it there was.
    public let known: Int
    public let actor: String
    public let reason: String
    public let at: Instant
    public let endsAt: Instant

    public init(trouble: String, known: Int, actor: String, reason: String, at: Instant, endsAt: Instant) {
        self.trouble = trouble
        self.known = known
        self.actor = actor
        self.reason = reason
        self.at = at
        self.endsAt = endsAt
    }
}
