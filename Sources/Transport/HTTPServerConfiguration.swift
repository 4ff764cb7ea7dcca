/// How the listener behaves. Every bound has a default.
public struct HTTPServerConfiguration: Sendable {
    public var host: String
    /// 0 lets the system choose.
    public var port: UInt16
    public var maxBodyBytes = 50 << 20
    /// One connection's memory for header and parsing.
    public var memoryPerConnection = 32 << 10
    public var headerDeadline: Duration = .seconds(10)
    public var bodyDeadline: Duration = .seconds(60)
    /// For the sender to read its answer.
    public var answerDeadline: Duration = .seconds(300)
    public var maxConnections = 1000
    /// Requests that may be worked on at once; over that, 503.
    public var maxInFlight = 256
    public var idleSeconds = 60
    /// Makes the answers that are given before any handler sees the request: 400, 413, 415, 503.
    public var problem: @Sendable (_ status: Int) -> HTTPResponse = { HTTPResponse(status: $0) }

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }
}
