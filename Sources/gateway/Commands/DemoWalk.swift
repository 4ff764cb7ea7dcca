import Documents
import Foundation
import StrictJSON
import Transport
import Vocabulary

/// The demo's walk: partners send, institutions work, statuses come back, one message fails and is repaired.
struct DemoWalk {
    let url: String
    let configuration: Configuration
    let tokens: DemoTokens
    let mailbox: Mailbox
    let examples: DemoExamples
    /// China's day when the walk began.
    let today: CalendarDate
    var complaints: [String] = []
    /// What was sent and answered, in order.
    var sent: [Sent] = []
    /// Applications and leads that their senders take back or have more to say of.
    var takenBack: Set<String> = []
    var followed: Set<String> = []
    /// The application that was handed over, and to whom.
    var handedOver: (number: String, to: String)?
    /// The application whose limit is shown from its start to its stop, and how it moved.
    var watched: Sent?
    var clockRows: [[String]] = []

    init(
        url: String, configuration: Configuration, tokens: DemoTokens, mailbox: Mailbox, today: CalendarDate
    ) throws {
        self.url = url
        self.configuration = configuration
        self.tokens = tokens
        self.mailbox = mailbox
        self.today = today
        examples = try DemoExamples(configuration, today: today)
    }

    /// - Returns: whether everything went as it should.
    mutating func run() async throws -> Bool {
        Terminal.print("转介 Referrals in, as the agencies send them, and what follows them:\n")
        let expected = try await sendEverything()
        Terminal.print("\n途中 On their way: papers that follow, a hand-over, a withdrawal:\n")
        try await showWays()
        Terminal.print("\n办理 The institutions work their queues:\n")
        try await workQueues()
        Terminal.print("\n时限 One limit from its start to its stop:\n")
        showClock()
        Terminal.print("\n线索 Leads, a letter of another region, a paper:\n")
        try await showStories()
        Terminal.print("\n结果 What became of them:\n")
        try await showOutcomes()
        Terminal.print("\n回推 Statuses pushed back, each in the sender's own format:\n")
        try await showStatuses(expected: expected)
        Terminal.print("\n异常报文 One message that fails, and its repair:\n")
        try await breakAndRepair()
        Terminal.progress("")
        for complaint in complaints { Terminal.complain("✗ \(complaint)") }
        Terminal.print(
            complaints.isEmpty ? "\n✓ Everything went as it should." : "\n\(complaints.count) things went wrong.")
        return complaints.isEmpty
    }

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
        guard let sample = anotherNotice("000999", case: "987") else { return }
        let mended = sample.bytes
        // Cut off in the middle, as a full disk does it.
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
}
