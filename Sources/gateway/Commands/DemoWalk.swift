import Documents
import Foundation
import StrictJSON
import Transport

/// The demo's walk: partners send, institutions work, statuses come back, one message fails and is repaired.
struct DemoWalk {
    let url: String
    let configuration: Configuration
    let tokens: DemoTokens
    let mailbox: Mailbox
    var complaints: [String] = []
    /// What was sent and answered, in order.
    private(set) var sent: [Sent] = []
    /// The application that was handed over, and to whom.
    var handedOver: (number: String, to: String)?

    init(url: String, configuration: Configuration, tokens: DemoTokens, mailbox: Mailbox) {
        self.url = url
        self.configuration = configuration
        self.tokens = tokens
        self.mailbox = mailbox
    }

    /// - Returns: whether everything went as it should.
    mutating func run() async throws -> Bool {
        Terminal.print("转介 Referrals in, as the agencies send them:\n")
        let expected = try await sendReferrals()
        Terminal.print("\n途中 On their way: papers that follow, a hand-over, a withdrawal:\n")
        try await showWays()
        Terminal.print("\n办理 The institutions work their queues:\n")
        try await workQueues()
        Terminal.print("\n结果 What became of them:\n")
        try await showOutcomes()
        Terminal.print("\n回推 Statuses pushed back, each in the sender's own format:\n")
        try await showStatuses(expected: expected)
        Terminal.print("\n死信 One message that fails, and its repair:\n")
        try await breakAndRepair()
        Terminal.progress("")
        for complaint in complaints { Terminal.complain("✗ \(complaint)") }
        Terminal.print(
            complaints.isEmpty ? "\n✓ Everything went as it should." : "\n\(complaints.count) things went wrong.")
        return complaints.isEmpty
    }

    struct Sample {
        let partner: String
        let mapping: String
        let file: URL
    }

    /// One complete example of every mapping that a partner uses.
    func samples() -> [Sample] {
        configuration.partners.flatMap { partner in
            partner.mappings.compactMap { mapping in
                let folder = URL(filePath: configuration.mappings).appending(path: "\(mapping)/examples")
                let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
                let example =
                    files.sorted().first {
                        $0.hasPrefix("sample") && !$0.hasSuffix(".expected.json")
                    } ?? files.sorted().first { $0.hasPrefix("all-fields") && !$0.hasSuffix(".expected.json") }
                return example.map { Sample(partner: partner.id, mapping: mapping, file: folder.appending(path: $0)) }
            }
        }
    }

    private mutating func sendReferrals() async throws -> Set<String> {
        var table = Table([
            "来源 from", "报文 message", "结果 outcome", "受理号 application", "机构 queue", "提示 findings", "时限 clocks",
        ])
        var waiting: Set<String> = []
        let samples = samples()
        for (index, sample) in samples.enumerated() {
            Terminal.progress("\(index + 1)/\(samples.count) \(sample.mapping)")
            let remote = Remote(url: url, token: tokens.of(partner: sample.partner))
            let body = try bytes(of: sample.file.path)
            let (status, receipt) = try await remote.call(
                "POST", "/v1/referrals", body: body,
                mediaType: sample.file.pathExtension == "json" ? "application/json" : "application/xml")
            guard status == 202 else {
                complaints.append("\(sample.mapping) was answered with HTTP \(status)")
                continue
            }
            for result in receipt["results"]?.array ?? [receipt] {
                let clocks = result["clocks"]?.array ?? []
                table.add([
                    sample.partner, sample.mapping, result["outcome"]?.string ?? "?",
                    result["applicationNo"]?.string.map { "…" + $0.suffix(8) } ?? "-", result["queue"]?.string ?? "-",
                    "\(result["findings"]?.array?.count ?? 0)",
                    clocks.compactMap { clock in
                        clock["id"]?.string.map { "\($0) \(clock["dueAt"]?.string?.prefix(10) ?? "")" }
                    }.first ?? "-",
                ])
                if result["queue"]?.string != nil { waiting.insert(sample.partner) }
                sent.append(Sent(partner: sample.partner, mapping: sample.mapping, receipt: result))
            }
        }
        Terminal.progress("")
        Terminal.print(table.text)
        return waiting
    }

    /// Each institution takes what lies in its queue and works it to the end.
    private mutating func workQueues() async throws {
        var table = Table(["机构 institution", "受理号 application", "类型 road", "步骤 steps"])
        for institution in configuration.institutions {
            let remote = Remote(url: url, token: tokens.of(institution: institution.code))
            let answer = try await remote.ask(
                "POST", "/v1/queues/\(institution.code)/leases",
                body: JSONValue.object(JSONObject([("max", 100), ("leaseSeconds", 60)])).serialized())
            for lease in answer["leases"]?.array ?? [] {
                let application = lease["application"] ?? .null
                let number = application["applicationNo"]?.string ?? ""
                Terminal.progress("\(institution.code) \(number)")
                _ = try await remote.ask("POST", "/v1/leases/\(lease["leaseId"]?.string ?? "")/acknowledge")
                // A notice about an application that was signed in already brings no new work.
                if application["notice"] != nil { continue }
                let isNotice = application["aidRoute"]?.string == "byNotification"
                var steps = ["signIn"]
                for step in Self.steps(for: application) {
                    let (status, json) = try await remote.call(
                        "POST", "/v1/applications/\(number)/status", body: step.serialized())
                    let name = step["event"]?.string ?? "?"
                    if status == 200 {
                        steps.append(name)
                    } else {
                        complaints.append("\(name) of \(number): HTTP \(status) \(json["detail"]?.string ?? "")")
                    }
                }
                table.add([
                    institution.name, "…" + number.suffix(8), isNotice ? "通知 notice" : "申请 application",
                    steps.joined(separator: " → "),
                ])
            }
        }
        Terminal.progress("")
        Terminal.print(table.text)
    }

    private static let assignment: JSONValue = [
        "unit": "江苏测试律师事务所", "lawyer": "测律师", "licenceNo": "13204000000000000", "phone": "0519-80000010",
        "letterNo": "援函字〔2026〕第88号", "date": "2026-01-05",
    ]
    /// The aid route that the application takes; with papers missing it is accepted provisionally first.
    private static func steps(for application: JSONValue) -> [JSONValue] {
        if application["intakeKind"]?.string == "dutyLawyerHelp" || application["aidRoute"] == "byConsultation" {
            return [["event": "arrangeDutyLawyer", "officer": "测经办"], ["event": "giveHelp"]]
        }
        if application["aidRoute"] == "byNotification" { return noticeSteps }
        guard let missing = application["missing"]?.array, !missing.isEmpty else { return applicationSteps }
        let provisional: JSONValue = [
            "event": "acceptProvisionally", "missing": .array(missing), "due": "2026-12-31", "officer": "测经办",
        ]
        return [provisional] + applicationSteps.dropFirst()
    }
    private static let noticeSteps: [JSONValue] = [
        ["event": "checkNotice"], ["event": "assign", "assignment": assignment, "officer": "测经办"],
    ]
    private static let applicationSteps: [JSONValue] = [
        ["event": "accept", "officer": "测经办"],
        ["event": "grant", "decision": ["kind": "granted", "no": "援决字〔2026〕第12号", "date": "2026-01-04"]],
        ["event": "assign", "assignment": assignment],
    ]

    private mutating func showStatuses(expected: Set<String>) async throws {
        try await waitForEmptyBacklog()
        var table = Table(["发往 to", "格式 format", "份数 statuses", "校验 valid", "末份 last one begins"])
        let deadLetters = await mailbox.received()
        for partner in configuration.partners {
            let own = deadLetters.filter { $0.partner == partner.id }
            guard let last = own.last else {
                if expected.contains(partner.id) { complaints.append("\(partner.id) was never told a status") }
                continue
            }
            let invalid = own.filter { !isValid($0, mapping: partner.statusMapping ?? "") }.count
            if invalid > 0 {
                complaints.append("\(invalid) statuses to \(partner.id) are not valid against its schema")
            }
            let encoding = (try? Document.parse(last.bytes, limits: ParseLimits()))?.encoding.rawValue ?? "?"
            table.add([
                partner.id, "\(last.mediaType.prefix { $0 != ";" }) \(encoding)", "\(own.count)",
                invalid == 0 ? "✓" : "✗", excerpt(last.bytes),
            ])
        }
        Terminal.print(table.text)
    }

    /// XML against the partner's published schema; JSON by being strict JSON.
    private func isValid(_ deadLetter: Mailbox.Letter, mapping: String) -> Bool {
        guard let document = try? Document.parse(deadLetter.bytes, limits: ParseLimits()) else { return false }
        guard document.format == .xml else { return true }
        let schema = URL(filePath: configuration.mappings).appending(path: "\(mapping)/status.xsd").path
        return (try? XMLSchema(path: schema).violations(in: document).isEmpty) ?? false
    }

    private func excerpt(_ bytes: [UInt8]) -> String {
        guard let document = try? Document.parse(bytes, limits: ParseLimits()) else { return "?" }
        return document.root.children.prefix(3).map { "\($0.name)=\($0.text.prefix(30))" }.joined(separator: " ")
    }

    /// Pushes are made as fast as the partners answer; a minute without an empty backlog is a fault.
    private mutating func waitForEmptyBacklog() async throws {
        let remote = Remote(url: url, token: tokens.operator)
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .seconds(60))
        while clock.now < deadline {
            let response = try await remote.client.send(
                OutgoingRequest(method: "GET", url: url + "/metrics", headers: [], body: [], timeout: .seconds(10)))
            let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\n")
            guard let line = lines.first(where: { $0.hasPrefix("gateway_status_backlog ") }),
                let backlog = Double(line.dropFirst("gateway_status_backlog ".count)), backlog > 0
            else { return }
            Terminal.progress("\(Int(backlog)) statuses on their way")
            try await Task.sleep(for: .milliseconds(100))
        }
        complaints.append("statuses were still on their way after a minute")
    }

    private mutating func breakAndRepair() async throws {
        guard let sample = samples().first(where: { $0.file.pathExtension == "xml" }) else { return }
        let whole = try bytes(of: sample.file.path)
        // A new message id, so that it is another referral; then cut off in the middle, as a full disk does it.
        let mended = Self.replacing("000123", with: "000999", in: whole)
        let broken = Array(mended.prefix(mended.count * 3 / 5))
        let partner = Remote(url: url, token: tokens.of(partner: sample.partner))
        let (status, problem) = try await partner.call(
            "POST", "/v1/referrals", body: broken, mediaType: "application/xml")
        let error = problem["errors"]?[0] ?? .null
        let place = "line \(error.at("location.line")?.int ?? 0), column \(error.at("location.column")?.int ?? 0)"
        Terminal.print("  sent       \(sample.mapping), cut off after \(broken.count) bytes → HTTP \(status)")
        Terminal.print("  told       \(error["code"]?.string ?? "?") at \(place): \(error["message"]?.string ?? "")")
        if status != 422 || error.at("location.line")?.int == nil {
            complaints.append("the broken message was not refused with its place")
        }

        let desk = Remote(url: url, token: tokens.operator)
        let deadLetters = try await desk.ask("GET", "/v1/dead-letters?reason=invalid")["deadLetters"]?.array ?? []
        guard let deadLetter = deadLetters.first, let id = deadLetter["id"]?.string else {
            complaints.append("the broken message is not among the dead letters")
            return
        }
        let remedies = (deadLetter["remedies"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
        Terminal.print("  dead       \(id), reason \(deadLetter["reason"]?.string ?? "?"), remedies: \(remedies)")
        let answer = try await desk.ask(
            "POST", "/v1/dead-letters/\(id)/retry",
            body: JSONValue.compact([
                ("reason", "补全被截断的报文"), ("editedBase64", .string(Data(mended).base64EncodedString())),
            ]).serialized())
        let outcome = answer.at("result.outcome")?.string ?? "?"
        Terminal.print(
            "  repaired   by the operator → \(outcome), \(answer.at("result.applicationNo")?.string ?? answer["result"]?["results"]?[0]?["applicationNo"]?.string ?? "?")"
        )
        if outcome != "accepted" { complaints.append("the repaired message was not accepted") }
    }

    static func replacing(_ old: String, with new: String, in bytes: [UInt8]) -> [UInt8] {
        let old = Array(old.utf8)
        let new = Array(new.utf8)
        var changed: [UInt8] = []
        var rest = bytes[...]
        while let first = rest.first {
            let isFound = rest.starts(with: old)
            changed += isFound ? new : [first]
            rest = rest.dropFirst(isFound ? old.count : 1)
        }
        return changed
    }
}
