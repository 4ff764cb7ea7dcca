/// One message about an alert: it has begun, or it is over.
public struct AlertMessage: Sendable, Hashable {
    public enum Phase: String, Sendable, CaseIterable { case began, ended }

    public static let mediaType = "application/json; charset=utf-8"

    public let id: String
    /// JSON.
    public let body: String

    public init(id: String, body: String) {
        self.id = id
        self.body = body
    }
}
