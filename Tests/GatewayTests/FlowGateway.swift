import Foundation
import StrictJSON
import Synchronization
import Testing
import Transport

@testable import gateway

/// A gateway with simulated agencies that take what is pushed to them, and institutions that work their queues.
final class FlowGateway: Sendable {
    let gateway: GatewayProcess
    let post: FlowPost

    static let partners: [(id: String, type: String, name: String, status: String)] = [
        ("court", "court", "常州市天宁区人民法院", "court/status"),
        ("procuratorate", "procuratorate", "常州市金坛区人民检察院", "procuratorate/status"),
        ("civil", "civilAffairs", "常州市钟楼区民政局", "civil-affairs/status"),
        ("relief", "reliefPlatform", "常州市智慧大救助管理服务平台", "relief-platform/status"),
    ]
    static let institutions = ["CZ-SZ", "CZ-TN", "CZ-ZL", "CZ-WJ", "CZ-JT", "CZ-LY"]

    /// - Parameters:
    ///   - parkedSeconds: how long a message waits for its referral.
    ///   - handoverHours: what CLK-24 gives, where it is to be less than a working day.
    ///   - settings: elements more for `gateway.xml`.
    ///   - prepare: what must lie in the folder before the start.
    init(
        parkedSeconds: Int = 259_200, settings: String = "", prepare: (URL) throws -> Void = { _ in }
    ) throws {
        gateway = try GatewayProcess()
        post = try FlowPost()
        try Self.writeSettings(into: gateway.folder, post.port, parkedSeconds: parkedSeconds, settings)
        try prepare(gateway.folder)
        try gateway.start()
    }

    /// The settings, and the mappings of a test's own kinds beside the shipped ones.
    ///
    /// - Parameter port: where the agencies are.
    static func writeSettings(
        into folder: URL, _ port: UInt16, parkedSeconds: Int = 259_200, _ settings: String = ""
    ) throws {
        let mappings = folder.appending(path: "Mappings")
        try FileManager.default.copyItem(at: repository.appending(path: "Mappings"), to: mappings)
        let kinds = [
            "supplement", "cancel", "caseEvent", "transfer", "statusShare", "lead", "referralSuggestion",
            "notification",
        ]
        for kind in kinds {
            try Self.mapping(kind).write(
                to: try Self.folder(mappings.appending(path: "flow/\(kind.lowercased())")).appending(
                    path: "mapping.xml"),
                atomically: true, encoding: .utf8)
        }
        let config = repository.appending(path: "config").path
        try """
        <gateway xmlns="urn:legal-aid-gateway:config:1">
          <listen host="127.0.0.1" port="0"/><store path="store.sqlite"/><mappings path="Mappings"/>
          <rules path="\(config)/rules"/><calendar path="\(config)/calendar"/>
          <institutions path="\(config)/institutions.xml"/>
          <cases parkedSeconds="\(parkedSeconds)" sweepSeconds="1"/>\(settings)
        </gateway>
        """.write(to: folder.appending(path: "gateway.xml"), atomically: true, encoding: .utf8)
        let partners = Self.partners.map { partner in
            """
            <partner id="\(partner.id)" name="\(partner.name)" senderType="\(partner.type)" statusMapping="\(partner.status)">
            <returnAddress url="http://127.0.0.1:\(port)/\(partner.id)" timeoutSeconds="600"/></partner>
            """
        }
        try "<partners xmlns=\"urn:legal-aid-gateway:partners:1\">\(partners.joined())</partners>".write(
            to: folder.appending(path: "partners.xml"), atomically: true, encoding: .utf8)
        let callers =
            Self.partners.map { #"<partner id="\#($0.id)" tokenSha256="\#(Token.hash($0.id))"/>"# }
            + Self.institutions.map { #"<institution code="\#($0)" tokenSha256="\#(Token.hash($0))"/>"# }
            + [
                #"<operator name="wang" tokenSha256="\#(Token.hash(GatewayProcess.operatorToken))"/>"#,
                #"<operator name="auditor" role="auditor" tokenSha256="\#(Token.hash("auditor"))"/>"#,
            ]
        try "<credentials xmlns=\"urn:legal-aid-gateway:credentials:1\">\(callers.joined())</credentials>".write(
            to: folder.appending(path: "credentials.xml"), atomically: true, encoding: .utf8)
    }

    private static func folder(_ url: URL) throws -> URL {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        return url
    }

    /// A mapping of a test's own whose documents look like the canonical application.
    private static func mapping(_ kind: String) -> String {
        let paths = [
            "reference/messageId", "reference/applicationNo", "reference/senderCaseRef", "reference/caseNumber",
            "reference/idNumber", "reference/name", "event/code", "event/no", "event/organ", "event/result",
            "withdrawal/reason", "transfer/to", "transfer/reason", "recipient/name", "recipient/idNumber",
            "recipient/mobile",
            "source/senderCaseRef", "matter/causeOfAction", "matter/factsSummary", "proceeding/caseNumber",
            "proceeding/handlingOrgan/code", "proceeding/handlingOrgan/type", "consent/applyWill", "event/at",
            "matter/caseDomain", "event/reason", "transfer/transferNo", "transfer/kind", "transfer/from",
            "transfer/fromName",
            "transfer/toName", "transfer/at", "transfer/dueAt",
        ]
        let values = paths.map { #"<value to="\#($0)" from="\#($0)"/>"# }
        return """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="flow/\(kind.lowercased())" version="1" title="测试"
                     source="json" accepts="/root/flow = '\(kind)'" kind="\(kind)" route="\(kind == "notification" ? "byNotification" : "byApplication")">
              <each record="/root">
                <value to="source/messageId" from="id" required="yes"/>
                <read node="flow"/>
                \(values.joined(separator: "\n"))
                <list to="materials" each="materials">
                  <value to="kind" from="kind"/><value to="title" from="title"/>
                  <value to="content" from="content" as="base64"/>
                </list>
                <list to="transfer/chain" each="chain"><value to="." from="."/></list>
                <list to="transfer/checkItems" each="checkItems"><value to="." from="."/></list>
                <list to="proceeding/deadlines" each="deadlines"><value to="kind" from="kind"/><value to="date" from="date" as="date"/></list>
                <list to="proceeding/hearings" each="hearings"><value to="at" from="at" as="dateTime"/></list>
                <list to="reliefStatuses" each="reliefStatuses">
                  <value to="kind" from="kind"/><value to="status" from="status"/><value to="validFrom" from="validFrom" as="date"/>
                </list>
              </each>
            </mapping>
            """
    }

    // MARK: Callers

    func partner(_ id: String) -> Remote { Remote(url: gateway.remote.url, token: id) }
    func institution(_ code: String) -> Remote { Remote(url: gateway.remote.url, token: code) }

    /// Sends a message of a test's own kind; returns the receipt.
    func send(_ kind: String, _ id: String, from partner: String, _ members: [(String, JSONValue)]) async throws
        -> JSONValue
    {
        let body = JSONObject([("flow", .string(kind)), ("id", .string(id))] + members)
        return try await self.partner(partner).ask(
            "POST", "/v1/referrals", body: JSONValue.object(body).serialized())
    }

    func example(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: repository.appending(path: "Mappings/" + path)))
    }

    /// Everything that lies in an institution's queue.
    func leases(_ code: String) async throws -> [JSONValue] {
        try await institution(code).leases(of: code)
    }

    func acknowledge(_ lease: JSONValue, by code: String) async throws {
        try await institution(code).acknowledge(lease)
    }

    /// The institution signs in the one application that it has; returns that.
    func signIn(_ code: String) async throws -> JSONValue {
        let lease = try #require(try await leases(code).first)
        try await acknowledge(lease, by: code)
        return lease["application"] ?? .null
    }

    /// What every sender must be told of a step, for tests that have nothing of their own to say (`reports.xml`).
    static let told: [String: [(String, JSONValue)]] = {
        let lawyer: JSONValue = ["unit": "江苏测试律师事务所", "lawyer": "测律师", "phone": "0519-80000010"]
        let papers: JSONValue = [["kind": "idProof"]]
        return [
            "assign": [("assignment", lawyer)], "renotified": [("assignment", lawyer)],
            "replaced": [("assignment", lawyer)], "requestSupplement": [("missing", papers)],
            "acceptProvisionally": [("missing", papers)], "noticeIncomplete": [("missing", papers)],
            "refuse": [("decision", ["reasonCode": "outOfScope", "remedy": "可向司法行政机关提出异议"])],
            "terminate": [("termination", ["reasonCode": "T6"])], "close": [("closure", ["resultCode": "won"])],
        ]
    }()

    /// One step of the case.
    @discardableResult
    func step(
        _ event: String, of number: String, by code: String, _ members: [(String, JSONValue)] = []
    ) async throws -> JSONValue {
        let named = Set(members.map(\.0))
        let rest = (Self.told[event] ?? []).filter { !named.contains($0.0) }
        let body = JSONValue.object(JSONObject([("event", .string(event))] + members + rest)).serialized()
        return try await institution(code).ask("POST", "/v1/applications/\(number)/status", body: body)
    }

    func application(_ number: String, as code: String) async throws -> JSONValue {
        try await institution(code).ask("GET", "/v1/applications/\(number)")
    }

    func referral(_ receipt: JSONValue, of partner: String) async throws -> JSONValue {
        try await self.partner(partner).ask("GET", "/v1/referrals/\(receipt["referralId"]?.string ?? "")")
    }

    /// The status codes that a partner may see of its referral's first application, in order.
    func codes(_ receipt: JSONValue, of partner: String) async throws -> [String] {
        let statuses = try await referral(receipt, of: partner)["applications"]?[0]?["statuses"]?.array ?? []
        return statuses.compactMap { $0["code"]?.string }
    }

    func end() async {
        gateway.stop()
        gateway.remove()
        await post.stop()
    }
}

/// The agencies' side of the wire.
final class FlowPost: Sendable {
    private let server: HTTPServer
    private let received = Received()

    private final class Received: Sendable {
        private let statuses = Mutex<[String: [String]]>([:])

        func add(_ text: String, to partner: String) { statuses.withLock { $0[partner, default: []].append(text) } }
        func of(_ partner: String) -> [String] { statuses.withLock { $0[partner] ?? [] } }
    }

    init() throws {
        let received = received
        server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            received.add(String(decoding: request.body, as: UTF8.self), to: String(request.path.dropFirst()))
            return .json(["result": "0"])
        }
    }

    var port: UInt16 { server.port }

    /// What was pushed to a partner, once there are so many statuses.
    func statuses(_ count: Int, to partner: String) async throws -> [String] {
        try await eventually("\(count) statuses to \(partner)") {
            let told = received.of(partner)
            return told.count >= count ? told : nil
        }
    }

    func stop() async { await server.stop(drain: .seconds(1)) }
}
