/// How the listener behaves. Every bound has a default.
public struct HTTPServerConfiguration: Sendable {
    public var host: String
    /// 0 lets the system choose.
    public var port: UInt16
    public var maxBodyBytes = 50 << 20
    /// A body whose sender has not said who it is.
    public var maxStrangerBytes = 64 << 10
    /// All bodies together that are arriving or being worked on.
    public var maxHeldBytes = 512 << 20
    /// Target and fields together.
    public var maxHeaderBytes = 32 << 10
    public var maxQueryParameters = 100
    public var headerDeadline: Duration = .seconds(10)
    public var bodyDeadline: Duration = .seconds(60)
    /// For the sender to read its answer.
    public var answerDeadline: Duration = .seconds(300)
    /// Over that, only calls that are never shed are answered.
    public var maxConnections = 1000
    /// Connections of one address on which nothing is asked; the oldest beyond that are closed.
    public var maxIdlePerAddress = 128
    /// Requests that may be worked on at once; over that, 503.
    public var maxInFlight = 256
    /// Requests of one caller that may wait for news at once; over that, 429.
    public var maxWaitingPerCaller = 16
    public var idleSeconds = 60
    /// Numeric addresses of proxies, besides those on this machine, that are believed what they say of the sender
    /// (`X-Forwarded-For`, `X-Forwarded-Proto`).
    public var proxies: Set<String> = []
    /// Makes the answers that are given before any handler sees the request: 400, 401, 408, 413, 414, 415, 431, 503, 505.
    public var problem: @Sendable (_ status: Int) -> HTTPResponse = { HTTPResponse(status: $0) }

    /// Nothing where plain HTTP is spoken.
    public var tls: ListenerTLS?

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Connections beyond `maxConnections` that are taken, so that calls which are never shed come through.
    static let reserve = 32
    /// One connection's memory. Twice what a header may have: what is over the bound is mostly still read whole, and the
    /// connection goes on where it may.
    var memoryPerConnection: Int { maxHeaderBytes * 2 }
}
