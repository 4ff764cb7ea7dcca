/// A key of ours that messages are signed by, as the settings say it.
public struct SigningKey: Sendable, Hashable {
    /// What the receiver knows it by.
    public let id: String
    /// Such as `ed25519`.
    public let algorithm: String
    /// Base64 of a secret, or a private key in PEM.
    public let text: String

    public init(id: String, algorithm: String, text: String) {
        self.id = id
        self.algorithm = algorithm
        self.text = text
    }
}
