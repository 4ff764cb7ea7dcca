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
    /// Judges a request by its header, at once: it must not wait for anything.
    public typealias Admission = @Sendable (HTTPRequest) -> Entrance

    private struct State {
        var suspended: [ObjectIdentifier: Exchange] = [:]
        var active = 0
        var isStopping = false
        var hasStopped = false
    }

    private let configuration: HTTPServerConfiguration
    private let admit: Admission
    private let handler: Handler
    private let state = Mutex(State())
    private let tls: Mutex<ListenerTLS?>
    private let watch: ConnectionWatch
    private let places: WorkPlaces
    private let budget: BodyBudget
    private var daemon: OpaquePointer?
    public private(set) var port: UInt16 = 0

    /// - Parameters:
    ///   - admit: asked before a byte of a body is read.
    public init(
        configuration: HTTPServerConfiguration, admit: @escaping Admission = { _ in .open(Pass()) },
        handler: @escaping Handler
    ) throws(TransportError) {
        self.configuration = configuration
        self.admit = admit
        self.handler = handler
        tls = Mutex(configuration.tls)
        watch = ConnectionWatch(configuration)
        places = WorkPlaces(most: configuration.maxInFlight, mostWaiting: configuration.maxWaitingPerCaller)
        budget = BodyBudget(most: configuration.maxHeldBytes)
        guard let address = ListenAddress(configuration.host, configuration.port) else {
            throw .badAddress(configuration.host)
        }
        let started = address.lend { start($0) }
        guard let started else { throw .cannotListen(host: configuration.host, port: configuration.port) }
        daemon = started
        port = legalaid_mhd_port(started)
        // Keeps the listener alive while callbacks may come; let go in `stop`.
        _ = Unmanaged.passRetained(self)
        sweep()
    }

    private func start(_ address: UnsafePointer<sockaddr>) -> OpaquePointer? {
        let calls = legalaid_mhd_calls(
            asked: { context, target, connection in
                guard let context, let target, let connection else { return nil }
                let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
                let length = strlen(target)
                server.watch.asks(
                    Int(bitPattern: connection), for: String(cString: target), end: Int(bitPattern: target) + length)
                // Of a target that is refused for its length none is looked for.
                let isTooLong = length > server.configuration.maxHeaderBytes
                legalaid_mhd_bound_query(
                    UnsafeMutablePointer(mutating: target),
                    isTooLong ? 0 : UInt32(server.configuration.maxQueryParameters))
                return nil
            },
            handler: { context, connection, path, method, version, data, size, exchange in
                guard let context, let connection, let size, let exchange else { return .NO }
                let server = Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
                return server.access(connection, path, method, version, data, size, exchange)
            },
            completed: { context, connection, exchange, end in
                guard let context, let connection else { return }
                Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
                    .completed(connection, exchange, isSent: end == .REQUEST_TERMINATED_COMPLETED_OK)
            },
            connected: { context, connection, beside, event in
                guard let context, let connection else { return }
                beside?.pointee = context
                Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue().connection(connection, event)
            }, context: Unmanaged.passUnretained(self).toOpaque())
        return legalaid_mhd_start(
            address, configuration.port, 2, UInt32(configuration.maxConnections + HTTPServerConfiguration.reserve),
            UInt32(configuration.idleSeconds), configuration.memoryPerConnection,
            configuration.tls == nil ? 0 : 1, calls)
    }

    /// New connections take it at once; those that are open go on, and their certificates are held against it.
    public func adopt(_ fresh: ListenerTLS) { tls.withLock { if $0 != nil { $0 = fresh } } }

    var openConnections: Int { watch.count }

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
            let asked = watch.target(Int(bitPattern: connection))
            let target = RequestTarget(asked.text)
            let head = RequestHead(connection, path: path, method: method, version: version, target: target)
            let exchange = Exchange(connection, head)
            slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
            state.withLock { $0.active += 1 }
            watch.enter(.body, exchange.key)
            return begin(exchange, isIrregular: RequestHead.isIrregular(connection, version: version, after: asked.end))
        }
        let exchange = Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
        if let response = exchange.response { return queue(response, on: connection) }
        if size.pointee > 0 {
            if let data { take(UnsafeRawBufferPointer(start: data, count: size.pointee), exchange) }
            size.pointee = 0
            return .YES
        }
        watch.enter(.working, exchange.key)
        if let status = exchange.refusal { return refuse(exchange, status) }
        return work(exchange)
    }

    /// Judges a request before a byte of its body is read.
    private func begin(_ exchange: Exchange, isIrregular: Bool) -> MHD_Result {
        if isIrregular { return refuse(exchange, 400) }
        if let status = exchange.head.refusal(within: configuration) { return refuse(exchange, status) }
        if let secured = watch.tls(exchange.key), let inForce = tls.withLock({ $0 }) {
            exchange.peer = secured.peer(by: inForce)
        }
        var head = exchange.head.request(body: [], proxies: configuration.proxies)
        head.tls = exchange.peer
        switch admit(head) {
        case .refused(let response): return refuse(exchange, with: response)
        case .open(let pass): exchange.pass = pass
        }
        if watch.count > configuration.maxConnections, !exchange.pass.isEssential { return refuse(exchange, 503) }
        let declared = exchange.head.declaredLength ?? 0
        if declared > bodyLimit(exchange) { return refuse(exchange, exchange.pass.isStranger ? 401 : 413) }
        guard hold(declared, exchange) else { return refuse(exchange, 503) }
        exchange.body.reserveCapacity(declared)
        return .YES
    }

    private func bodyLimit(_ exchange: Exchange) -> Int {
        exchange.pass.isStranger
            ? min(configuration.maxStrangerBytes, configuration.maxBodyBytes) : configuration.maxBodyBytes
    }

    private func hold(_ count: Int, _ exchange: Exchange) -> Bool {
        guard budget.take(count, isStranger: exchange.pass.isStranger) else { return false }
        exchange.held += count
        return true
    }

    /// What is too much is read to its end, so that the sender sees the answer; the deadline bounds how long that lasts.
    private func take(_ bytes: UnsafeRawBufferPointer, _ exchange: Exchange) {
        guard exchange.refusal == nil else { return }
        let count = exchange.body.count + bytes.count
        if count > bodyLimit(exchange) {
            exchange.refusal = exchange.pass.isStranger ? 401 : 413
        } else if count > exchange.held, !hold(count - exchange.held, exchange) {
            exchange.refusal = 503
        } else {
            exchange.body.append(contentsOf: bytes)
            return
        }
        exchange.body = []
    }

    /// - Returns: nothing where the body cannot be unpacked, which is `refusal` then.
    private func unpacked(_ exchange: Exchange) -> [UInt8]? {
        let limit = bodyLimit(exchange)
        let room = min(limit, budget.free(isStranger: exchange.pass.isStranger))
        do throws(Gzip.Problem) {
            let body = try exchange.head.unpacked(exchange.body, limit: exchange.head.isPacked ? room : limit)
            if !exchange.head.isPacked || hold(body.count, exchange) { return body }
            exchange.refusal = 503
        } catch {
            exchange.refusal = error == .malformed ? 400 : room < limit ? 503 : 413
        }
        return nil
    }

    private func work(_ exchange: Exchange) -> MHD_Result {
        guard let body = unpacked(exchange) else { return refuse(exchange, exchange.refusal ?? 400) }
        let hasPlace = exchange.pass.isEssential || places.enter()
        let isTaken = state.withLock { state in
            guard hasPlace, !state.isStopping else { return false }
            state.suspended[ObjectIdentifier(exchange)] = exchange
            return true
        }
        guard isTaken else {
            if hasPlace, !exchange.pass.isEssential { places.leave() }
            return refuse(exchange, 503)
        }
        MHD_suspend_connection(exchange.connection)
        let request = request(exchange, body)
        exchange.body = []
        handle(exchange, request)
        return .YES
    }

    private func request(_ exchange: Exchange, _ body: [UInt8]) -> HTTPRequest {
        var request = exchange.head.request(body: body, proxies: configuration.proxies)
        request.pass = exchange.pass
        request.tls = exchange.peer
        if exchange.head.isPacked { request.packed = exchange.body }
        request.places = exchange.pass.isEssential ? nil : places
        request.hasHungUp = { [weak self, key = exchange.key] in self?.watch.hasHungUp(key) ?? true }
        return request
    }

    private func handle(_ exchange: Exchange, _ request: HTTPRequest) {
        Task { [self, request] in
            let response = await handler(request)
            if !exchange.pass.isEssential { places.leave() }
            // Asked while the connection is suspended: its descriptor is still its own.
            let isLost = response.undelivered != nil && watch.hasHungUp(exchange.key)
            let isOurs = state.withLock { $0.suspended.removeValue(forKey: ObjectIdentifier(exchange)) != nil }
            // Half a connection may still read: what is taken back is not told.
            if isOurs { exchange.finish(isLost ? configuration.problem(503) : response, isLost: isLost) }
            // What was answered in its place, as the server stopped, was another answer.
            if isLost || !isOurs { await response.undelivered?(false) }
        }
    }

    private func refuse(_ exchange: Exchange, _ status: Int) -> MHD_Result {
        refuse(exchange, with: configuration.problem(status))
    }

    /// The connection goes on only where there is no body that would be taken for the next request.
    private func refuse(_ exchange: Exchange, with answer: HTTPResponse) -> MHD_Result {
        let goesOn = exchange.head.isWithoutBody && ![400, 414, 431, 503].contains(answer.status)
        let isClosing = answer.header("Connection") != nil
        // A header that long may have left the library no memory for an answer.
        if [414, 431].contains(answer.status) { sayLast(answer, on: exchange.connection) }
        let headers = answer.headers + (goesOn || isClosing ? [] : [("Connection", "close")])
        return queue(
            HTTPResponse(status: answer.status, headers: headers, body: answer.body), on: exchange.connection)
    }

    private func queue(_ response: HTTPResponse, on connection: OpaquePointer) -> MHD_Result {
        watch.enter(.answering, Int(bitPattern: connection))
        let made = response.body.withUnsafeBytes { bytes in
            MHD_create_response_from_buffer(
                bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
        }
        guard let made else { return .NO }
        defer { MHD_destroy_response(made) }
        for (name, value) in response.headers { MHD_add_response_header(made, name, value) }
        return legalaid_mhd_queue(connection, UInt32(response.status), made)
    }

    /// Says the last words on a connection whose request the library cannot read.
    ///
    /// - Parameter status: the library's. Its 500 says that a chunk's own line is longer than a connection's memory: of what a
    ///   chunk holds everything is always taken.
    func sayLast(_ status: Int, on connection: OpaquePointer) {
        sayLast(configuration.problem(status == 500 ? 400 : status), on: connection)
    }

    private func sayLast(_ answer: HTTPResponse, on connection: OpaquePointer) {
        answer.closing.withUnsafeBytes { words in
            legalaid_say_last(
                legalaid_mhd_socket(connection), legalaid_mhd_session(connection), words.baseAddress, words.count)
        }
    }

    private func completed(
        _ connection: OpaquePointer, _ slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, isSent: Bool
    ) {
        guard let slot, let known = slot.pointee else { return }
        slot.pointee = nil
        let exchange = Unmanaged<Exchange>.fromOpaque(known).takeRetainedValue()
        budget.give(back: exchange.held, isStranger: exchange.pass.isStranger)
        watch.enter(.idle, exchange.key)
        state.withLock { state in
            state.suspended[ObjectIdentifier(exchange)] = nil
            state.active -= 1
        }
        if !isSent, !exchange.isLost, let undelivered = exchange.response?.undelivered {
            Task { await undelivered(true) }
        }
    }

    private func connection(_ connection: OpaquePointer, _ event: MHD_ConnectionNotificationCode) {
        let key = Int(bitPattern: connection)
        switch event {
        case .CONNECTION_NOTIFY_STARTED:
            var secured: TLSConnection?
            if let inForce = tls.withLock({ $0 }), let session = legalaid_mhd_session(connection) {
                secured = TLSConnection(session, inForce)
            }
            watch.opened(
                key, socket: legalaid_mhd_socket(connection), address: RequestHead.peer(of: connection), tls: secured)
        case .CONNECTION_NOTIFY_CLOSED: watch.closed(key)
        @unknown default: break
        }
    }

    // MARK: Slow senders and readers

    private func sweep() {
        Thread.detachNewThread { [weak self] in
            while let self, !self.state.withLock({ $0.hasStopped }) {
                self.watch.sweep()
                Thread.sleep(forTimeInterval: 0.1)
            }
        }
    }
}
