/// A status in the feed of its partner.
public struct FeedEntry: Sendable {
    /// Grows by one per partner and never changes.
    public let position: Int64
    public let envelope: Envelope

    public init(position: Int64, envelope: Envelope) {
        self.position = position
        self.envelope = envelope
    }
}
