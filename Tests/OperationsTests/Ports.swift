import Canonical
import Delivery
import Messaging
import StrictJSON
import Synchronization
import Translation
import Transport
import Triage
import Vocabulary

@testable import Operations

/// No intake and no cases behind the services.
struct NoCases: CaseServices, SignIn {
    func reason(of content: JSONValue, to institution: String) -> String { "new" }
    func signIn(applicationNo: String, leaseID: String, caller: Caller) async throws -> Int? { nil }
    func replay(
        _ bytes: [UInt8], of deadLetter: DeadLetterDetail, superseding old: SupersededDeadLetter
    ) async throws -> JSONValue { .null }
    func dryRun(_ bytes: [UInt8], of deadLetter: DeadLetterDetail) throws -> JSONValue { .null }
    func rejection(of deadLetter: DeadLetterDetail, reason: String) throws -> Envelope? { nil }
    func route(ofApplication applicationNo: String) async throws -> RouteAnswer { .none(why: "no rules") }
    func reassess(applicationNo: String) async throws -> Reassessment? { nil }
    func retryMatch(
        _ id: String, version: DeadLetterVersion, act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult { .notFound }
    func attachParked(
        _ id: String, to applicationNo: String, act: AuditAct
    ) async throws(StoreError) -> FollowUpAttachment { .stale }
    func key(ofPerson idNumber: String) -> String { "person:\(idNumber)" }
}

/// Every document is UTF-8.
struct PlainText: DocumentText {
    func decode(_ bytes: [UInt8]) -> (utf8: [UInt8], encoding: String)? { (bytes, "utf-8") }
    func encode(_ text: String, as encoding: String) -> [UInt8]? { Array(text.utf8) }
}

/// The rules that a test names, and no others.
struct NoRules: RulesInForce {
    var ruleBook: [RuleEntry] = []
    var codeLists: CodeLists { CodeLists([]) }
    var missing: [Int] = []
    func missingCalendars(at now: Instant) -> [Int] { missing }
    func oldThresholds(at now: Instant) -> [LocalizedText] { [] }
}

struct NoMappings: MappingCatalogue {
    var entries: [MappingEntry] { [] }
    func fieldTable(of mapping: String) -> FieldTable? { nil }
    func files(of mapping: String) -> MappingFiles? { nil }
}

struct NoConnections: ConnectionTester {
    func test(_ address: ReturnAddress) async -> ConnectionAnswer {
        ConnectionAnswer(
            url: address.url, outcome: .failed, said: "", milliseconds: 0, status: nil, mediaType: nil, body: [])
    }
}

/// As the gateway sends them.
struct PushedAlerts: AlertSender {
    let push: AlertPush
    func send(_ message: AlertMessage) async -> Bool { await push.send(message) }
}

struct NoEndpoints: EndpointReportSource {
    var reports: [EndpointReport] { [] }
    func retryNow(_ endpoint: Endpoint) async -> Bool { false }
}

struct NoExchange: ExchangeReportSource {
    var reports: [ExchangeReport] { [] }
}

/// Exchange folders as a test says them.
final class Exchange: ExchangeReportSource {
    let said = Mutex<[ExchangeReport]>([])
    var reports: [ExchangeReport] { said.withLock { $0 } }
}

struct NoExpiries: CredentialExpirySource {
    func expiries() -> [(name: String, at: Instant)] { [] }
}

struct NoClocks: ClockFigureSource {
    func figures() async throws -> [ClockFigures] { [] }
}

/// Endpoints as a test says them.
struct Endpoints: EndpointReportSource {
    let said: @Sendable () -> [EndpointReport]
    var reports: [EndpointReport] { said() }
    func retryNow(_ endpoint: Endpoint) async -> Bool { true }
}

/// Certificates and tokens as a test says them.
struct Expiries: CredentialExpirySource {
    let said: @Sendable () -> [(name: String, at: Instant)]
    func expiries() -> [(name: String, at: Instant)] { said() }
}

/// Clocks as a test says them.
struct Clocks: ClockFigureSource {
    let said: @Sendable () throws -> [ClockFigures]
    func figures() async throws -> [ClockFigures] { try said() }
}
