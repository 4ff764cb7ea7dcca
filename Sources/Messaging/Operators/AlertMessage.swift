/// One message about an alert: it has begun, or it is over.
public struct AlertMessage: Sendable, Hashable {
    public enum Phase: String, Sendable, CaseIterable { case began, ended }

    public let id: String
    /// JSON.
    public let body: String
    /// How often it was sent in vain.
    public let attempts: Int

    public init(id: String, body: String, attempts: Int) {
        self.id = id
        self.body = body
        self.attempts = attempts
    }
}
