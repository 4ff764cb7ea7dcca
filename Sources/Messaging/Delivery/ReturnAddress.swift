/// Where messages for a receiver are pushed to (Return Address).
public struct ReturnAddress: Sendable, Hashable {
    public let url: String
    /// Bearer token that the receiver gave us.
    public let token: String?
    /// PEM file of the authorities to trust instead of the system's.
    public var authorities: String?
    /// PEM files of what we show the receiver of ourselves (mutual TLS).
    public var clientCertificate: String?
    public var clientKey: String?
    /// `sha256//` and the Base64 of the SHA-256 of the only public key that the receiver may have.
    public var pinnedKey: String?
    /// The key that what is sent there is signed by.
    public var signing: SigningKey?
    /// `nil`: every 2xx confirms.
    public var confirmation: AgreedAnswer?
    /// How long one push may take, connecting and answer included; then it counts as not reached.
    public var timeout: Duration = .seconds(20)
    /// Messages under way to it at once.
    public var concurrency = 4
    public var breaker = CircuitBreaker.Policy()

    public init(url: String, token: String?) {
        self.url = url
        self.token = token
    }
}
