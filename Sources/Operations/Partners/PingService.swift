import Messaging
import StrictJSON
import Synchronization
import Transport
import Vocabulary

/// Whether both sides reach each other: a call that changes nothing, and a test of the return address.
public struct PingService: Sendable {
    let registry: Registry
    let connections: any ConnectionTester
    let audit: any AuditStore
    let text: any DocumentText
    let now: @Sendable () -> Instant
    private let underway = Underway()

    init(
        registry: Registry, connections: any ConnectionTester, audit: any AuditStore, text: any DocumentText,
        now: @escaping @Sendable () -> Instant
    ) {
        self.registry = registry
        self.connections = connections
        self.audit = audit
        self.text = text
        self.now = now
    }

    /// Partners whose address is being tested.
    private final class Underway: Sendable {
        private let partners = Mutex<Set<String>>([])
        func begin(_ partner: String) -> Bool { partners.withLock { $0.insert(partner).inserted } }
        func end(_ partner: String) { partners.withLock { _ = $0.remove(partner) } }
    }

    public var routes: [Route] {
        [
            Route("POST", "/v1/ping", for: .partner, .institution, .operator) { request, visit in
                .json(answer(request, to: try visit.caller()))
            },
            Route("POST", "/v1/ping/return", for: .partner) { request, visit in
                try request.read { _ in }
                let caller = try visit.caller()
                return .json(json(try await test(caller.id)))
            },
            Route("POST", "/v1/partners/{id}/test", may: .repair) { request, visit in
                try request.read { _ in }
                return .json(json(try await test(visit.value("id"), by: visit.caller())))
            },
        ]
    }

    /// Who the gateway takes the caller for, and what arrived, byte for byte.
    private func answer(_ request: HTTPRequest, to caller: Caller) -> JSONValue {
        let name =
            switch caller.role {
            case .partner: registry.partners[caller.id]?.name
            case .institution: registry.institutions[caller.id]?.name
            case .operator: nil as String?
            }
        return .compact([
            ("role", .string(caller.role.rawValue)), ("id", .string(caller.id)), ("name", .text(name)),
            ("at", .string(now().rfc3339)), ("version", .string(Release.version)),
            (
                "tokenValidUntil",
                caller.role == .partner ? .text(registry.partners[caller.id]?.tokenEnd?.rfc3339) : nil
            ),
            (
                "received",
                .compact([
                    ("bytes", JSONValue(request.body.count)), ("mediaType", .text(request.header("Content-Type"))),
                    ("sha256", .string(Digest.hex(Digest.sha256(request.body)))),
                    ("sm3", .string(Digest.hex(Digest.sm3(request.body)))),
                ])
            ),
        ])
    }

    /// The same by an operator, which stands in the audit trail.
    public func test(_ id: String, by caller: Caller) async throws -> ConnectionAnswer {
        let answer = try await test(id)
        let detail = "\(answer.outcome.rawValue), \(answer.said)"
        try await audit.record(
            AuditAct(.testConnection, on: "\(Endpoint(.status, id))", by: caller, detail: detail, at: now()))
        return answer
    }

    /// - Throws: `Problem` where there is no address to test, or a test of it is under way.
    private func test(_ id: String) async throws(Problem) -> ConnectionAnswer {
        guard let partner = registry.partners[id] else {
            throw Problem(.notFound, zh: "没有登记这个报送单位。", en: "There is no such partner.")
        }
        guard let address = partner.returnAddress else {
            throw partner.exchange == nil
                ? Problem(
                    .wrongState, zh: "该单位没有登记回传地址，状态由其用 GET /v1/status-events 自取。",
                    en: "This partner has no return address: it fetches its statuses with GET /v1/status-events.")
                : Problem(
                    .wrongState, zh: "该单位经交换目录收取状态，没有回传地址；目录是否可用见总览。",
                    en: "This partner is told by an exchange folder; the overview shows how that is doing.")
        }
        guard underway.begin(id) else {
            var problem = Problem(
                .tooManyAttempts, zh: "对该地址的测试正在进行，请等它结束。", en: "A test of this address is under way; wait for its end."
            )
            problem.headers = [("Retry-After", "5")]
            throw problem
        }
        defer { underway.end(id) }
        return await connections.test(address)
    }

    /// The beginning of what was answered, as text; nothing where it is empty or none.
    public func readable(_ answer: ConnectionAnswer) -> String? {
        guard !answer.body.isEmpty, let read = text.decode(answer.body) else { return nil }
        return String(decoding: read.utf8, as: UTF8.self)
    }

    private func json(_ answer: ConnectionAnswer) -> JSONValue {
        .compact([
            ("url", .string(answer.url)), ("outcome", .string(answer.outcome.rawValue)), ("said", .string(answer.said)),
            ("milliseconds", JSONValue(answer.milliseconds)), ("status", answer.status.map { JSONValue($0) }),
            ("mediaType", .text(answer.mediaType)), ("answer", .text(readable(answer))),
        ])
    }
}
