import Vocabulary

/// An endpoint that a person closed for a time.
public struct Pause: Sendable, Hashable {
    public let endpoint: Endpoint
    public let actor: String
    public let reason: String
    public let since: Instant

    public init(endpoint: Endpoint, actor: String, reason: String, since: Instant) {
        self.endpoint = endpoint
        self.actor = actor
        self.reason = reason
        self.since = since
    }
}
