import CMicroHTTPD
import Synchronization

/// The TLS of one connection, whose credentials live as long as it.
///
/// `@unchecked`: the session is touched by the connection's own thread only.
final class TLSConnection: @unchecked Sendable {
    /// For so long a verdict counts: certificates and lists end while a connection lasts.
    private static let lasting: Duration = .seconds(60)

    private struct Verdict {
        let peer: TLSPeer
        let at: ContinuousClock.Instant
        let by: ListenerTLS
    }

    private let session: gnutls_session_t
    private let beginning: ListenerTLS
    private let verdict = Mutex<Verdict?>(nil)

    init(_ session: gnutls_session_t, _ tls: ListenerTLS) {
        self.session = session
        beginning = tls
        tls.dress(session)
    }

    /// Who is there by what is in force now: a certificate that a reload revokes is refused from the next request on.
    func peer(by tls: ListenerTLS) -> TLSPeer {
        let now = ContinuousClock.now
        let known = verdict.withLock { $0 }
        if let known, known.by === tls, now - known.at < Self.lasting { return known.peer }
        let peer = judge(by: tls)
        verdict.withLock { $0 = Verdict(peer: peer, at: now, by: tls) }
        return peer
    }

    private func judge(by tls: ListenerTLS) -> TLSPeer {
        guard let trust = tls.trust else { return .unnamed }
        let chain = chain
        guard !chain.isEmpty else { return tls.mustShow ? .refused(.missing) : .unnamed }
        return trust.judge(chain)
    }

    /// In DER, the client's own first.
    private var chain: [[UInt8]] {
        var count: UInt32 = 0
        guard let list = gnutls_certificate_get_peers(session, &count) else { return [] }
        return (0..<Int(count)).map { index in
            Array(UnsafeBufferPointer(start: list[index].data, count: Int(list[index].size)))
        }
    }
}
