import CMicroHTTPD
import Foundation
import Synchronization

/// The open connections: what each is doing and since when, so that nobody holds one for ever.
final class ConnectionWatch: Sendable {
    enum Phase { case header, body, working, answering, idle }

    private struct Open {
        let socket: Int32
        let address: String
        var phase: Phase
        var since: ContinuousClock.Instant
        var target = (text: "", end: 0)
        var tls: TLSConnection?
    }

    /// By the address of the library's connection.
    private let connections = Mutex<[Int: Open]>([:])
    private let configuration: HTTPServerConfiguration

    init(_ configuration: HTTPServerConfiguration) { self.configuration = configuration }

    var count: Int { connections.withLock { $0.count } }

    func opened(_ key: Int, socket: Int32, address: String, tls: TLSConnection? = nil) {
        connections.withLock {
            $0[key] = Open(socket: socket, address: address, phase: .header, since: .now, tls: tls)
        }
    }

    func closed(_ key: Int) { connections.withLock { _ = $0.removeValue(forKey: key) } }

    func enter(_ phase: Phase, _ key: Int) {
        connections.withLock {
            $0[key]?.phase = phase
            $0[key]?.since = .now
        }
    }

    /// A request line was read.
    ///
    /// - Parameter end: where the target ends in the connection's memory.
    func asks(_ key: Int, for target: String, end: Int) {
        connections.withLock { connections in
            connections[key]?.target = (target, end)
            guard connections[key]?.phase == .idle else { return }
            connections[key]?.phase = .header
            connections[key]?.since = .now
        }
    }

    func tls(_ key: Int) -> TLSConnection? { connections.withLock { $0[key]?.tls } }

    func target(_ key: Int) -> (text: String, end: Int) { connections.withLock { $0[key]?.target ?? ("", 0) } }

    /// Whether a connection's other end sends no more: closed, or half of it. The library does not look at a suspended
    /// connection, and what is written into a closed one seems to arrive.
    func hasHungUp(_ key: Int) -> Bool {
        connections.withLock { connections in
            guard let open = connections[key] else { return true }
            if open.tls != nil { return legalaid_is_established(open.socket) == 0 }
            var byte: UInt8 = 0
            let waiting = recv(open.socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            return waiting == 0 || (waiting < 0 && errno != EAGAIN && errno != EINTR)
        }
    }

    /// Cuts off who takes too long, and of each address the idle connections that are too many.
    ///
    /// The library's own timeout is of inactivity only: one byte a second would hold a connection for ever.
    func sweep() {
        let now = ContinuousClock.now
        // Within the lock: the library tells of a closed connection before its descriptor is reused.
        connections.withLock { connections in
            var resting: [String: [(since: ContinuousClock.Instant, socket: Int32)]] = [:]
            for (key, var open) in connections {
                if open.phase == .idle, Self.hasBegun(open, now) {
                    (open.phase, open.since) = (.header, now)
                    connections[key] = open
                }
                if let limit = limit(of: open.phase), now - open.since > limit {
                    tellLate(open)
                    shutdown(open.socket, Int32(SHUT_RDWR))
                } else if open.phase == .idle || (open.phase == .header && now - open.since > Self.settled) {
                    resting[open.address, default: []].append((open.since, open.socket))
                }
            }
            for idle in resting.values where idle.count > configuration.maxIdlePerAddress {
                for one in idle.sorted(by: { $0.since < $1.since }).prefix(idle.count - configuration.maxIdlePerAddress)
                {
                    shutdown(one.socket, Int32(SHUT_RDWR))
                }
            }
        }
    }

    /// Tells whoever still sends why it is cut off. Nothing is being written meanwhile: an answer begins by entering its phase,
    /// for which it waits here. Over TLS nothing is told, since the session is its connection's own thread's.
    private func tellLate(_ open: Open) {
        guard open.tls == nil, open.phase == .header || open.phase == .body else { return }
        configuration.problem(408).closing.withUnsafeBytes { words in
            legalaid_say_last(open.socket, nil, words.baseAddress, words.count)
        }
    }

    /// After so long a connection on which nothing was asked counts as idle.
    private static let settled: Duration = .seconds(1)

    private func limit(of phase: Phase) -> Duration? {
        switch phase {
        case .header: configuration.headerDeadline
        case .body: configuration.bodyDeadline
        case .idle: .seconds(configuration.idleSeconds) + configuration.headerDeadline
        case .answering: configuration.answerDeadline
        case .working: nil
        }
    }

    /// Whether another request has begun to arrive since the last answer: the library tells only when its first line is
    /// whole. The system counts in milliseconds, and what came along with the last request has not begun anew.
    private static func hasBegun(_ open: Open, _ now: ContinuousClock.Instant) -> Bool {
        let silent = legalaid_milliseconds_silent(open.socket)
        return silent >= 0 && .milliseconds(silent) + .milliseconds(50) < now - open.since
    }
}
