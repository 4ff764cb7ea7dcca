import CCurl
import Foundation
import Synchronization

/// A request to somebody else's server.
public struct OutgoingRequest: Sendable {
    public let method: String
    public let url: String
    public let headers: [(String, String)]
    public let body: [UInt8]
    /// For everything, connecting included.
    public let timeout: Duration
    public let maxResponseBytes: Int
    /// An answer that is larger is cut there instead of failing.
    public var keepsFirstBytes = false
    /// PEM file of the authorities to trust instead of the system's.
    public var authorities: String?
    /// PEM files of what is shown to the server of us.
    public var clientCertificate: String?
    public var clientKey: String?
    /// `sha256//` and the Base64 of the SHA-256 of the only public key that the server may have.
    public var pinnedKey: String?

    public init(
        method: String, url: String, headers: [(String, String)], body: [UInt8], timeout: Duration,
        maxResponseBytes: Int = 16 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maxResponseBytes = maxResponseBytes
    }
}

public enum HTTPClientError: Error, Sendable, Hashable {
    case badAddress, notResolved, notConnected, timedOut, tlsFailed, answerTooLarge, closed
    /// The server's certificate is not good, or not one for its name.
    case certificateNotTrusted
    /// The server has another key than the one that is pinned.
    case otherPinnedKey
    /// Our own certificate or key cannot be used.
    case ownCertificateUnusable
    /// The server does not accept our certificate, or wants one.
    case ownCertificateRefused
    /// libcurl's own code.
    case other(Int)

    /// A stable word for logs.
    public var code: String {
        switch self {
        case .badAddress: "badAddress"
        case .notResolved: "notResolved"
        case .notConnected: "notConnected"
        case .timedOut: "timedOut"
        case .tlsFailed: "tlsFailed"
        case .answerTooLarge: "answerTooLarge"
        case .certificateNotTrusted: "certificateNotTrusted"
        case .otherPinnedKey: "otherPinnedKey"
        case .ownCertificateUnusable: "ownCertificateUnusable"
        case .ownCertificateRefused: "ownCertificateRefused"
        case .closed: "closed"
        case .other(let code): "curl\(code)"
        }
    }
}

/// An HTTP client over one curl-multi thread; connections are reused, redirects are not followed.
public final class HTTPClient: Sendable {
    private let loop: TransferLoop

    /// - Parameter connections: kept open for reuse.
    public init(connections: Int = 64) { loop = TransferLoop(connections: connections) }

    // The thread holds the loop, not the client: whoever lets the client go need not think of it.
    deinit { loop.close(then: nil) }

    public func send(_ request: OutgoingRequest) async throws(HTTPClientError) -> HTTPResponse {
        let result: Result<HTTPResponse, HTTPClientError> = await withCheckedContinuation { continuation in
            guard let transfer = Transfer(request, continuation) else {
                continuation.resume(returning: .failure(.badAddress))
                return
            }
            loop.add(transfer)
        }
        return try result.get()
    }

    /// Finishes what is under way within its timeouts, then ends.
    public func close() async { await withCheckedContinuation { loop.close(then: $0) } }
}

/// The thread that all transfers of a client run on, until it is closed.
///
/// `@unchecked`: the multi handle belongs to the thread; only `curl_multi_wakeup`, which may be called from anywhere, is
/// called from outside.
private final class TransferLoop: @unchecked Sendable {
    private struct State {
        var waiting: [Transfer] = []
        var isClosed = false
        var onEnd: CheckedContinuation<Void, Never>?
        var hasEnded = false
    }

    private let multi: OpaquePointer?
    private let state = Mutex(State())

    private static let prepared: Void = { _ = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()

    init(connections: Int) {
        _ = Self.prepared
        multi = curl_multi_init().map { OpaquePointer($0) }
        if let multi = handle { _ = legalaid_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections) }
        Thread.detachNewThread { [self] in run() }
    }

    private var handle: UnsafeMutableRawPointer? { multi.map { UnsafeMutableRawPointer($0) } }

    func add(_ transfer: Transfer) {
        let isTaken = state.withLock { state in
            if state.isClosed { return false }
            state.waiting.append(transfer)
            wake()
            return true
        }
        if !isTaken { transfer.finish(.failure(.closed)) }
    }

    func close(then onEnd: CheckedContinuation<Void, Never>?) {
        let hasEnded = state.withLock { state in
            state.isClosed = true
            if state.hasEnded { return true }
            if let onEnd { state.onEnd = onEnd }
            wake()
            return false
        }
        if hasEnded { onEnd?.resume() }
    }

    /// Under the lock only, and not after the end: the thread frees the handle then.
    private func wake() { if let handle { curl_multi_wakeup(handle) } }

    private func run() {
        var active: [UnsafeMutableRawPointer: Transfer] = [:]
        defer { end() }
        guard let handle else { return }
        while true {
            let (fresh, isClosed) = state.withLock { state in
                defer { state.waiting.removeAll() }
                return (state.waiting, state.isClosed)
            }
            for transfer in fresh {
                active[transfer.easy] = transfer
                curl_multi_add_handle(handle, transfer.easy)
            }
            if isClosed, active.isEmpty { break }
            var running: Int32 = 0
            curl_multi_perform(handle, &running)
            var left: Int32 = 0
            while let message = curl_multi_info_read(handle, &left) {
                guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
                let code = message.pointee.data.result
                curl_multi_remove_handle(handle, easy)
                active.removeValue(forKey: easy)?.finish(code)
            }
            if running == active.count { curl_multi_poll(handle, nil, 0, 1000, nil) }
        }
    }

    private func end() {
        let (rest, waiting) = state.withLock { state in
            state.hasEnded = true
            state.isClosed = true
            defer {
                state.waiting.removeAll()
                state.onEnd = nil
            }
            return (state.waiting, state.onEnd)
        }
        if let handle { curl_multi_cleanup(handle) }
        for transfer in rest { transfer.finish(.failure(.closed)) }
        waiting?.resume()
    }
}

/// One request under way. Touched by the client's thread only, once it was handed over.
private final class Transfer: @unchecked Sendable {
    let easy: UnsafeMutableRawPointer
    private let continuation: CheckedContinuation<Result<HTTPResponse, HTTPClientError>, Never>
    /// curl reads the body while the transfer runs, so it must not move.
    private let body: UnsafeMutableBufferPointer<UInt8>
    private let limit: Int
    private let keepsFirstBytes: Bool
    /// Where curl writes what went wrong, in its own words.
    private let trouble: UnsafeMutableBufferPointer<CChar>
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var received: [UInt8] = []
    private var headers: [(name: String, value: String)] = []
    private var isTooLarge = false

    init?(
        _ request: OutgoingRequest, _ continuation: CheckedContinuation<Result<HTTPResponse, HTTPClientError>, Never>
    ) {
        // A line break in a field would be a field, or a request, of somebody else's making.
        let isOneLine = request.headers.allSatisfy { !($0.0 + $0.1).utf8.contains { $0 == 0x0A || $0 == 0x0D } }
        guard isOneLine, request.url.hasPrefix("http://") || request.url.hasPrefix("https://"),
            let easy = curl_easy_init()
        else { return nil }
        self.easy = easy
        self.continuation = continuation
        limit = request.maxResponseBytes
        keepsFirstBytes = request.keepsFirstBytes
        trouble = .allocate(capacity: Int(CURL_ERROR_SIZE))
        trouble.initialize(repeating: 0)
        body = .allocate(capacity: request.body.count)
        _ = body.initialize(from: request.body)
        for (name, value) in request.headers + [("Expect", "")] {
            fields = curl_slist_append(fields, value.isEmpty ? "\(name):" : "\(name): \(value)")
        }
        describe(request)
        receiveHere()
    }

    /// Where it goes, with what, and how long it may take.
    private func describe(_ request: OutgoingRequest) {
        let (seconds, attoseconds) = request.timeout.components
        let milliseconds = Int(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        legalaid_curl_set_string(easy, CURLOPT_URL, request.url)
        legalaid_curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // No proxy from the environment: where statuses go is the configuration's to say.
        legalaid_curl_set_string(easy, CURLOPT_PROXY, "")
        if let authorities = request.authorities {
            legalaid_curl_set_string(easy, CURLOPT_CAINFO, authorities)
        }
        legalaid_curl_set_long(easy, CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let certificate = request.clientCertificate, let key = request.clientKey {
            legalaid_curl_set_string(easy, CURLOPT_SSLCERT, certificate)
            legalaid_curl_set_string(easy, CURLOPT_SSLKEY, key)
        }
        if let pinned = request.pinnedKey { legalaid_curl_set_string(easy, CURLOPT_PINNEDPUBLICKEY, pinned) }
        legalaid_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, trouble.baseAddress)
        legalaid_curl_set_long(easy, CURLOPT_TIMEOUT_MS, max(1, milliseconds))
        legalaid_curl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, min(milliseconds, 10_000)))
        legalaid_curl_set_pointer(easy, CURLOPT_HTTPHEADER, fields)
        if request.method != "GET" {
            legalaid_curl_set_string(easy, CURLOPT_CUSTOMREQUEST, request.method)
            legalaid_curl_set_long(easy, CURLOPT_POST, 1)
            legalaid_curl_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
            legalaid_curl_set_long(easy, CURLOPT_POSTFIELDSIZE, body.count)
        }
    }

    /// What comes back is handed to this transfer.
    private func receiveHere() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        legalaid_curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
        legalaid_curl_set_writer(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().take(bytes, size * count)
        }
        legalaid_curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        legalaid_curl_set_writer(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().takeHeader(bytes, size * count)
        }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(fields)
        body.deallocate()
        trouble.deallocate()
    }

    /// TLS 1.3 tells a client only after the handshake that its certificate is not accepted (RFC 8446 §4.4.2.4).
    private var isAboutOurCertificate: Bool {
        guard let text = trouble.baseAddress.map({ String(cString: $0) }), text.contains("alert") else { return false }
        return ["certificate", "unknown ca", "handshake failure"].contains { text.contains($0) }
    }

    private func take(_ bytes: UnsafeMutablePointer<CChar>, _ count: Int) -> Int {
        guard received.count + count <= limit else {
            isTooLarge = true
            return 0
        }
        bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
            received.append(contentsOf: UnsafeBufferPointer(start: $0, count: count))
        }
        return count
    }

    private func takeHeader(_ bytes: UnsafeMutablePointer<CChar>, _ count: Int) -> Int {
        let line = bytes.withMemoryRebound(to: UInt8.self, capacity: count) {
            String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
        }
        guard headers.count < 200, let colon = line.firstIndex(of: ":") else { return count }
        let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespacesAndNewlines)
        headers.append((String(line[..<colon]), value))
        return count
    }

    func finish(_ code: CURLcode) {
        guard code != CURLE_OK, !(isTooLarge && keepsFirstBytes) else {
            var status = 0
            legalaid_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
            return finish(.success(HTTPResponse(status: status, headers: headers, body: received)))
        }
        let error: HTTPClientError =
            switch code {
            case _ where isTooLarge: .answerTooLarge
            case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .badAddress
            case CURLE_COULDNT_RESOLVE_HOST: .notResolved
            case CURLE_COULDNT_CONNECT: .notConnected
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_PEER_FAILED_VERIFICATION: .certificateNotTrusted
            case CURLE_SSL_PINNEDPUBKEYNOTMATCH: .otherPinnedKey
            case CURLE_SSL_CERTPROBLEM: .ownCertificateUnusable
            case _ where isAboutOurCertificate: .ownCertificateRefused
            case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE: .tlsFailed
            default: .other(Int(code.rawValue))
            }
        finish(.failure(error))
    }

    func finish(_ result: Result<HTTPResponse, HTTPClientError>) { continuation.resume(returning: result) }
}
