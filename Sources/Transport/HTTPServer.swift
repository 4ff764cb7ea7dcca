import CMicroHTTPD
import Foundation
import Synchronization
import Vocabulary

/// An HTTP/1.1 listener over libmicrohttpd.
///
/// What the library leaves to its user is done here: ambiguous framing is refused, senders that trickle are cut off, and
/// a stop resumes every suspended connection first, since the library aborts the process otherwise.
///
/// `@unchecked`: the daemon is written once, before any callback runs, and ended once; all else is behind `state`.
public final class HTTPServer: @unchecked Sendable {
    public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    private enum Phase { case header, body, working, answering, idle }

    private struct Open {
        let socket: Int32
        var phase: Phase
        var since: ContinuousClock.Instant
    }

    private struct State {
        /// By the address of the library's connection.
        var connections: [Int: Open] = [:]
        var suspended: [ObjectIdentifier: Exchange] = [:]
        var active = 0
        var isStopping = false
        var hasStopped = false
    }

    private let configuration: HTTPServerConfiguration
    private let handler: Handler
    private let state = Mutex(State())
    private var daemon: OpaquePointer?
    public private(set) var port: UInt16 = 0

    public init(configuration: HTTPServerConfiguration, handler: @escaping Handler) throws(TransportError) {
        self.configuration = configuration
        self.handler = handler
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = configuration.port.bigEndian
        guard inet_pton(AF_INET, configuration.host, &address.sin_addr) == 1 else {
            throw .badAddress(configuration.host)
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        let started = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                legalaid_mhd_start(
                    socketAddress, configuration.port, 2, UInt32(configuration.maxConnections),
                    UInt32(configuration.idleSeconds), configuration.memoryPerConnection,
                    { context, connection, path, method, version, data, size, exchange in
                        guard let context, let connection, let size, let exchange else { return .NO }
                        let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
                        return server.access(connection, path, method, version, data, size, exchange)
                    },
                    { context, connection, exchange, end in
                        guard let context, let connection else { return }
                        Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
                            .completed(connection, exchange, isSent: end == .REQUEST_TERMINATED_COMPLETED_OK)
                    },
                    { context, connection, _, event in
                        guard let context, let connection else { return }
                        let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
                        server.connection(connection, event)
                    }, context)
            }
        }
        guard let started else { throw .cannotListen(host: configuration.host, port: configuration.port) }
        daemon = started
        port = legalaid_mhd_port(started)
        // Keeps the listener alive while callbacks may come; let go in `stop`.
        _ = Unmanaged.passRetained(self)
        sweep()
    }

    var openConnections: Int { state.withLock { $0.connections.count } }

    /// Stops taking, waits for what is being worked on, answers the rest 503, and closes.
    public func stop(drain: Duration) async {
        let first = state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        guard first, let daemon else { return }
        let listening = MHD_quiesce_daemon(daemon)
        await wait(atMost: drain) { $0.suspended.isEmpty }
        let rest = state.withLock { state in
            defer { state.suspended.removeAll() }
            return Array(state.suspended.values)
        }
        for exchange in rest { exchange.finish(configuration.problem(503)) }
        await wait(atMost: .seconds(2)) { $0.active == 0 }
        state.withLock { $0.hasStopped = true }
        await withCheckedContinuation { continuation in
            // The library joins its threads: not on Swift's.
            Thread.detachNewThread { [self] in
                MHD_stop_daemon(self.daemon)
                if listening >= 0 { close(listening) }
                continuation.resume()
            }
        }
        Unmanaged.passUnretained(self).release()
    }

    private func wait(atMost limit: Duration, until condition: @Sendable (borrowing State) -> Bool) async {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: limit)
        while clock.now < deadline, !state.withLock({ condition($0) }) {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    // MARK: The library's callbacks

    private func access(
        _ connection: OpaquePointer, _ path: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?,
        _ version: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?, _ size: UnsafeMutablePointer<Int>,
        _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    ) -> MHD_Result {
        guard let known = slot.pointee else {
            let head = RequestHead(connection, path: path, method: method, version: version)
            let exchange = Exchange(connection, head)
            slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
            enter(.body, connection, starting: true)
            if RequestHead.isIrregular(connection, version: version) { return refuse(exchange, 400) }
            if let status = head.refusal(maxBody: configuration.maxBodyBytes) { return refuse(exchange, status) }
            return .YES
        }
        let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
        if let response = exchange.response { return queue(response, on: connection) }
        if size.pointee > 0 {
            if exchange.body.count + size.pointee > configuration.maxBodyBytes {
                // Read to the end, so that the sender sees the answer; the deadline bounds how long that lasts.
                exchange.isTooLarge = true
                exchange.body = []
            } else if !exchange.isTooLarge, let data {
                data.withMemoryRebound(to: UInt8.self, capacity: size.pointee) { bytes in
                    exchange.body.append(contentsOf: UnsafeBufferPointer(start: bytes, count: size.pointee))
                }
            }
            size.pointee = 0
            return .YES
        }
        enter(.working, connection)
        if exchange.isTooLarge { return refuse(exchange, 413) }
        return work(exchange)
    }

    private func work(_ exchange: Exchange) -> MHD_Result {
        let body: [UInt8]
        do throws(Gzip.Problem) {
            body = try exchange.head.unpacked(exchange.body, limit: configuration.maxBodyBytes)
        } catch { return refuse(exchange, error == .tooLarge ? 413 : 400) }
        let isTaken = state.withLock { state in
            guard !state.isStopping, state.suspended.count < configuration.maxInFlight else { return false }
            state.suspended[ObjectIdentifier(exchange)] = exchange
            return true
        }
        guard isTaken else { return refuse(exchange, 503) }
        MHD_suspend_connection(exchange.connection)
        var request = exchange.head.request(body: body)
        exchange.body = []
        let key = Int(bitPattern: exchange.connection)
        request.hasHungUp = { [weak self] in self?.hasHungUp(key) ?? true }
        Task { [self, request] in
            let response = await handler(request)
            // Asked while the connection is suspended: its descriptor is still its own.
            let isLost = response.undelivered != nil && hasHungUp(key)
            let isOurs = state.withLock { $0.suspended.removeValue(forKey: ObjectIdentifier(exchange)) != nil }
            // Half a connection may still read: what is taken back is not told.
            if isOurs { exchange.finish(isLost ? configuration.problem(503) : response, isLost: isLost) }
            // What was answered in its place, as the server stopped, was another answer.
            if isLost || !isOurs { await response.undelivered?(false) }
        }
        return .YES
    }

    /// Whether a connection's other end sends no more: closed, or half of it. The library does not look at a suspended
    /// connection, and what is written into a closed one seems to arrive.
    private func hasHungUp(_ key: Int) -> Bool {
        state.withLock { state in
            guard let open = state.connections[key] else { return true }
            var byte: UInt8 = 0
            let waiting = recv(open.socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
            return waiting == 0 || (waiting < 0 && errno != EAGAIN && errno != EINTR)
        }
    }

    private func refuse(_ exchange: Exchange, _ status: Int) -> MHD_Result {
        let answer = configuration.problem(status)
        return queue(
            HTTPResponse(
                status: answer.status, headers: answer.headers + [("Connection", "close")], body: answer.body),
            on: exchange.connection)
    }

    private func queue(_ response: HTTPResponse, on connection: OpaquePointer) -> MHD_Result {
        enter(.answering, connection)
        let made = response.body.withUnsafeBytes { bytes in
            MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let made else { return .NO }
        defer { MHD_destroy_response(made) }
        for (name, value) in response.headers { MHD_add_response_header(made, name, value) }
        return MHD_queue_response(connection, UInt32(response.status), made)
    }

    private func completed(
        _ connection: OpaquePointer, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, isSent: Bool
    ) {
        guard let slot, let known = slot.pointee else { return }
        slot.pointee = nil
        let exchange = Unmanaged<Exchange>.fromOpaque(known).takeRetainedValue()
        let key = Int(bitPattern: connection)
        state.withLock { state in
            state.suspended[ObjectIdentifier(exchange)] = nil
            state.active -= 1
            state.connections[key]?.phase = .idle
            state.connections[key]?.since = .now
        }
        if !isSent, !exchange.isLost, let undelivered = exchange.response?.undelivered {
            Task { await undelivered(true) }
        }
    }

    private func connection(_ connection: OpaquePointer, _ event: MHD_ConnectionNotificationCode) {
        let key = Int(bitPattern: connection)
        switch event {
        case .CONNECTION_NOTIFY_STARTED:
            let socket = legalaid_mhd_socket(connection)
            state.withLock { $0.connections[key] = Open(socket: socket, phase: .header, since: .now) }
        case .CONNECTION_NOTIFY_CLOSED: state.withLock { _ = $0.connections.removeValue(forKey: key) }
        @unknown default: break
        }
    }

    private func enter(_ phase: Phase, _ connection: OpaquePointer, starting: Bool = false) {
        let key = Int(bitPattern: connection)
        state.withLock { state in
            if starting { state.active += 1 }
            state.connections[key]?.phase = phase
            state.connections[key]?.since = .now
        }
    }

    // MARK: Slow senders and readers

    /// The library's own timeout is of inactivity only: one byte a second would hold a connection for ever.
    private func sweep() {
        Thread.detachNewThread { [weak self] in
            while let self, !self.state.withLock({ $0.hasStopped }) {
                self.cutOffSlowSenders()
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }

    private func cutOffSlowSenders() {
        let now = ContinuousClock.now
        let idle = Duration.seconds(configuration.idleSeconds) + configuration.headerDeadline
        state.withLock { state in
            for open in state.connections.values {
                let limit: Duration? =
                    switch open.phase {
                    case .header: configuration.headerDeadline
                    case .body: configuration.bodyDeadline
                    case .idle: idle
                    case .answering: configuration.answerDeadline
                    case .working: nil
                    }
                // Within the lock: the library tells of a closed connection before its descriptor is reused.
                if let limit, now - open.since > limit { shutdown(open.socket, Int32(SHUT_RDWR)) }
            }
        }
    }
}
