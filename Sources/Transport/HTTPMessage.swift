/// A request as the rooms see it: complete, within all limits, its framing beyond doubt.
public struct HTTPRequest: Sendable {
    public let method: String
    /// Percent-decoded; holds no control characters.
    public let path: String
    public let query: [(String, String)]
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    /// The numeric address of whoever opened the connection.
    public let peer: String
    /// Whether it comes from a proxy that is believed what it says of the sender: one on this machine, or one of those that
    /// the settings name.
    public var isProxied: Bool
    /// Whether whoever asked has hung up since; what is answered then reaches nobody.
    public var hasHungUp: @Sendable () -> Bool = { false }
    /// Path and query as they were sent, not decoded.
    public var target = ""
    /// The body as it was sent, where that is another than `body`.
    var packed: [UInt8]?
    /// Who is at the other end by its certificate; nothing where the connection is plain HTTP.
    public var tls: TLSPeer?
    /// What the header decided; nothing where it was not asked.
    var pass: Pass?
    /// Where it has a place among those that are worked on.
    var places: WorkPlaces?

    public init(
        method: String, path: String, query: [(String, String)], headers: [(name: String, value: String)],
        body: [UInt8], peer: String = ""
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
        isProxied = peer.hasPrefix("127.") || peer == "::1"
    }

    /// The first field of that name, letter case aside.
    public func header(_ name: String) -> String? { first(name, in: headers) }

    /// Whether no certificate keeps it out.
    public var hasGoodConnection: Bool { if case .refused? = tls { false } else { true } }

    /// The certificate by which its sender may be known.
    var certificate: ClientCertificate? { if case .named(let certificate)? = tls { certificate } else { nil } }
}

public struct HTTPResponse: Sendable {
    public let status: Int
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    /// Called where the answer reaches nobody, since the caller has hung up; `mayBeSeen` where some of it was written.
    public var undelivered: (@Sendable (_ mayBeSeen: Bool) async -> Void)?

    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public func header(_ name: String) -> String? { first(name, in: headers) }
}

private func first(_ name: String, in headers: [(name: String, value: String)]) -> String? {
    headers.first { isSameField($0.name, name) }?.value
}

/// Whether two field names are the same, letter case aside (RFC 9110 §5.1); names are ASCII.
func isSameField(_ one: String, _ other: String) -> Bool {
    func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
    return one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8) { lowered($0) == lowered($1) }
}
