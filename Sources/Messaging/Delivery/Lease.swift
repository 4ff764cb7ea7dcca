import Vocabulary

/// A message in somebody's hands for a time.
public struct Lease: Sendable {
    public let id: String
    public let envelope: Envelope
    /// Counted from 1.
    public let attempt: Int
    public let ends: Instant
    /// Of the application that it carries; nothing where it carries something else.
    public var applicationVersion: Int?

    public init(id: String, envelope: Envelope, attempt: Int, ends: Instant) {
        self.id = id
        self.envelope = envelope
        self.attempt = attempt
        self.ends = ends
    }
}
