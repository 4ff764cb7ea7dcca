import Foundation
import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

/// The checklist of a partner's kit, walked through a running gateway.
struct ConformanceWalk {
    struct Step {
        let title: LocalizedText
        let isDone: Bool
        /// What was answered, in short; no word of a document.
        let said: String
    }

    let remote: Remote
    let partner: String
    let document: ConformanceDocument
    private(set) var steps: [Step] = []

    init(remote: Remote, partner: String, document: ConformanceDocument) {
        self.remote = remote
        self.partner = partner
        self.document = document
    }

    var failures: Int { steps.filter { !$0.isDone }.count }

    mutating func run() async throws {
        let (partner, document) = (partner, document)
        let pong = try await remote.call("POST", "/v1/ping", body: Array("test".utf8), mediaType: "text/plain")
        note("测试连接，身份为本单位", "the connection works and names the partner", pong) {
            $0.status == 200 && $0.json["id"]?.string == partner
        }
        let stranger = Remote(url: remote.url, token: "none")
        note("错误的令牌被拒绝", "a wrong token is refused", try await stranger.call("POST", "/v1/ping")) {
            $0.status == 401
        }
        let first = try await send(document.valid)
        note("有效报文得到回执，摘要相符", "a valid document gets its receipt, whose digest agrees", first) {
            $0.status == 202
                && $0.json.at("digest.sm3")?.string == Digest.hex(Digest.sm3(document.valid))
        }
        note("原样重发得到同一回执", "the same again gets the same receipt", try await send(document.valid)) {
            $0.status == 200 && $0.json == first.json
        }
        note("同一编号、不同内容被拒绝", "other content under the same id is refused", try await send(document.changed)) {
            $0.status == 409
        }
        try await mend()
        let unknown = try await remote.call("GET", "/v1/messages?unknown=1")
        note("不认识的参数被拒绝", "an unknown parameter is refused", unknown) { $0.status == 400 }
        try await statuses(of: first.json["applicationNo"]?.string ?? "")
        try await withdraw(first.json["referralId"]?.string ?? "")
    }

    private mutating func mend() async throws {
        note("无效报文被退回并指出位置", "an invalid document is refused with the places", try await send(document.invalid)) {
            $0.status == 422 && $0.json["errors"]?.array?.isEmpty == false
        }
        note("更正后沿用原编号被接收", "mended under the same id it is taken", try await send(document.mended)) {
            $0.status == 202
        }
        let listed = try await remote.call(
            "GET", "/v1/messages?messageId=\(Remote.escaped(document.invalidID))")
        note("两份都能按编号查到", "both are found by the id", listed) {
            $0.json["messages"]?.array?.compactMap { $0["outcome"]?.string } == ["accepted", "invalid"]
        }
    }

    private mutating func statuses(of number: String) async throws {
        let signedIn = try await remote.call(
            "POST", "/v1/rehearsal/applications/\(Remote.escaped(number))/steps",
            body: Array(#"{"event":"signIn"}"#.utf8))
        note("模拟机构签收", "a simulated institution signs in", signedIn) { $0.status == 200 }
        let told = try await remote.call("GET", "/v1/statuses?applicationNo=\(Remote.escaped(number))")
        note("签收的状态可查，摘要相符", "its status is told, whose digest agrees", told) { Self.holdsWhole($0.json["statuses"]) }
        let feed = try await remote.call("GET", "/v1/status-events")
        note("状态可按游标读取", "statuses are read from a cursor", feed) { Self.holdsWhole($0.json["events"]) }
        let after = feed.json["next"]?.string ?? ""
        let rest = try await remote.call("GET", "/v1/status-events?after=\(after)")
        note("读过的不再给出", "what was read does not come again", rest) { $0.json["events"]?.array?.isEmpty == true }
    }

    private mutating func withdraw(_ referral: String) async throws {
        let withdrawn = try await remote.call(
            "POST", "/v1/referrals/\(referral)/withdrawal", body: Array(#"{"reason":"演练"}"#.utf8))
        note("撤回被接收", "a withdrawal is taken", withdrawn) { $0.status == 202 }
        let shown = try await remote.call("GET", "/v1/referrals/\(referral)")
        note("撤回的办理情况可查", "what became of the withdrawal is told", shown) {
            $0.json["followUps"]?.array?.contains { $0["kind"] == "cancel" } == true
        }
    }

    private func send(_ bytes: [UInt8]) async throws -> (status: Int, json: JSONValue) {
        try await remote.call("POST", "/v1/referrals", body: bytes, mediaType: document.mediaType)
    }

    private static func holdsWhole(_ list: JSONValue?) -> Bool {
        guard let entries = list?.array, !entries.isEmpty else { return false }
        return entries.allSatisfy { entry in
            guard let body = entry["body"]?.string.flatMap({ Data(base64Encoded: $0) }) else { return false }
            return entry.at("digest.sm3")?.string == Digest.hex(Digest.sm3([UInt8](body)))
        }
    }

    private mutating func note(
        _ zh: String, _ en: String, _ answer: (status: Int, json: JSONValue),
        _ isRight: ((status: Int, json: JSONValue)) -> Bool
    ) {
        let type = answer.json["type"]?.string.map { String($0.split(separator: ":").last ?? "") }
        let said = (["HTTP \(answer.status)"] + [type, answer.json["outcome"]?.string].compactMap(\.self))
            .joined(separator: ", ")
        steps.append(Step(title: LocalizedText(zh: zh, en: en), isDone: isRight(answer), said: said))
    }

    func report(of partner: Partner, at now: Instant) -> String {
        let rows = steps.enumerated().map { place, step in
            "| \(place + 1) | \(step.title.zh) \(step.title.en) | \(step.isDone ? "通过 passed" : "**未通过 failed**") | \(step.said) |"
        }
        return """
            # 联调报告 Conformance report：\(partner.name)（\(partner.id)）

            网关 gateway \(Release.version)，\(now.rfc3339)，报文种类 message \(document.mapping)，演练环境 in rehearsal.

            | 序号 | 步骤 step | 结果 result | 应答 answer |
            |---|---|---|---|
            \(rows.joined(separator: "\n"))

            \(failures == 0 ? "全部通过。 Every step passed." : "\(failures) 步未通过。 \(failures) failed.")

            双方签字 Signed：报送单位 ____________ 网关 ____________

            """
    }
}
