import Foundation
import Messaging
import Storage
import StrictJSON
import Testing

@testable import gateway

/// A row of the store whose JSON a disk or a hand has spoilt: whoever reads it says so, and nothing is taken for an empty one.
@Suite struct UnreadableRows {
    /// What a damaged column may hold: no JSON, JSON of another shape, nothing.
    private static let damages = ["{", "7", "[{}", ""]

    private func damage(_ flow: FlowGateway, _ sql: String, with text: String) async throws {
        let database = try SQLiteDatabase(
            path: flow.gateway.folder.appending(path: "store.sqlite").path, maxPending: 4)
        try await database.write { connection throws(StoreError) in
            _ = try connection.run(sql, [.blob(Array(text.utf8))])
        }
        await database.close()
    }

    private func refer(_ flow: FlowGateway, _ id: String, as serial: Int = 1) async throws -> JSONValue {
        try await flow.send(
            "referralSuggestion", id, from: "court",
            [
                ("recipient", ["name": "测试甲", "idNumber": .string(inventedNumber(serial))]),
                ("consent", ["applyWill": "self"]),
                (
                    "proceeding",
                    ["caseNumber": "（2026）苏0402民初91号", "handlingOrgan": ["code": "苏0402", "type": "court"]]
                ),
            ])
    }

    /// Asks, and holds the answer to a refusal that promises nothing.
    private func refuses(
        _ caller: Remote, _ method: String, _ path: String, _ body: JSONValue? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let answer = try await caller.call(method, path, body: body?.serialized() ?? [])
        #expect(answer.status == 500, "\(method) \(path): \(answer.json.text())", sourceLocation: sourceLocation)
        #expect(
            answer.json["detail"]?.string?.contains("gateway check") == true, "\(path)", sourceLocation: sourceLocation)
    }

    @Test(arguments: damages)
    func `an application that cannot be read is named by every call that reads it`(_ text: String) async throws {
        let flow = try FlowGateway()
        let receipt = try await refer(flow, "N-1")
        let (number, code) = (receipt["applicationNo"]?.string ?? "", receipt["queue"]?.string ?? "")
        let referral = "/v1/referrals/\(receipt["referralId"]?.string ?? "")"
        _ = try await flow.signIn(code)
        try await damage(flow, "UPDATE application SET content = ?", with: text)

        let (court, institution, desk) = (flow.partner("court"), flow.institution(code), flow.gateway.desk)
        let application = "/v1/applications/\(number)"
        let materials: JSONValue = ["materials": [["kind": "indictment", "title": "起诉书"]]]
        try await refuses(institution, "GET", application)
        try await refuses(institution, "POST", application + "/status", ["event": "accept"])
        let other = code == "CZ-WJ" ? "CZ-JT" : "CZ-WJ"
        try await refuses(institution, "POST", application + "/transfer", ["to": .string(other), "reason": "测试"])
        try await refuses(
            institution, "POST", application + "/suggestions",
            ["kind": "suggestSupport", "partner": "procuratorate", "reason": "测试", "consent": true])
        try await refuses(court, "GET", referral)
        try await refuses(court, "POST", referral + "/supplements", materials)
        try await refuses(court, "POST", referral + "/withdrawal", ["reason": "测试"])
        let named: JSONValue = ["applicationNo": .string(number)]
        for kind in ["supplement", "cancel", "caseEvent", "transfer"] {
            try await refuses(
                court, "POST", "/v1/referrals",
                ["flow": .string(kind), "id": .string("F-\(kind)"), "reference": named])
        }
        let month = String((receipt["receivedAt"]?.string ?? "").prefix(7))
        // Its figures are kept apart from what they count.
        #expect(try await desk.call("GET", "/v1/reports/monthly?month=\(month)").status == 200)
        try await refuses(desk, "GET", application + "/triage")
        try await flow.gateway.untilLogged("the content of application \(number) is no JSON")

        // What is about others goes on, and so does what the same person asks for next.
        #expect(try await refer(flow, "N-2", as: 2)["outcome"] == "accepted")
        #expect(try await refer(flow, "N-3")["outcome"] == "accepted")
        let next = try await desk.ask("GET", "/v1/messages/N-3/trace")["timeline"]?.array ?? []
        let told = next.filter { $0["event"] == "notCompared" }
        #expect(told.count == 1 && told.first?["detail"]?.string?.contains(number) == true)
        let check = try GatewayProcess.run(
            ["check", "--config", flow.gateway.folder.appending(path: "gateway.xml").path], complaints: true)
        #expect(check.code == 1, "\(check.output)")
        #expect(check.output.contains("the content of application \(number) cannot be read"), "\(check.output)")
        await flow.end()
    }

    @Test func `a lead that cannot be read is named beside the others, and keeps none of them from the list`()
        async throws
    {
        let flow = try FlowGateway()
        var numbers: [String] = []
        for id in ["L-1", "L-2", "L-3"] {
            let receipt = try await flow.send(
                "lead", id, from: "civil",
                [
                    ("recipient", ["name": "测试庚"]),
                    ("proceeding", ["handlingOrgan": ["code": "320402", "type": "procuratorate"]]),
                ])
            numbers.append(try #require(receipt["applicationNo"]?.string))
        }
        try await damage(flow, "UPDATE application SET content = ? WHERE no = '\(numbers[1])'", with: "{")
        let list = try await flow.gateway.desk.ask("GET", "/v1/leads")
        #expect(list["leads"]?.array?.compactMap { $0["applicationNo"]?.string } == [numbers[0], numbers[2]])
        #expect(list["unreadable"] == [.string(numbers[1])])
        await flow.end()
    }

    @Test func `a status and a clock that cannot be read are named, and not left out`() async throws {
        let flow = try FlowGateway()
        let receipt = try await refer(flow, "N-1")
        let (number, code) = (receipt["applicationNo"]?.string ?? "", receipt["queue"]?.string ?? "")
        _ = try await flow.signIn(code)
        try await damage(flow, "UPDATE status SET content = ?", with: "{")
        try await refuses(flow.partner("court"), "GET", "/v1/referrals/\(receipt["referralId"]?.string ?? "")")
        try await damage(flow, "UPDATE clock SET content = ?", with: "{}")
        try await refuses(flow.gateway.desk, "GET", "/v1/clocks")
        try await refuses(
            flow.institution(code), "POST", "/v1/applications/\(number)/status", ["event": "accept"])
        try await flow.gateway.untilLogged("clock \(number) CLK-")
        // Alerts about everything else do not depend on it.
        for path in ["/v1/alerts", "/v1/queues", "/metrics"] {
            #expect(try await flow.gateway.desk.call("GET", path).status == 200, "\(path)")
        }
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: flow.gateway)
        #expect(try await viewer.get("/").status == 200)
        await viewer.leave()
        await flow.end()
    }

    @Test(arguments: damages)
    func `a waiting message that cannot be read keeps no referral out and is an operator's`(_ text: String) async throws
    {
        let flow = try FlowGateway()
        _ = try await flow.send("cancel", "C-1", from: "court", [("reference", ["messageId": "N-1"])])
        try await damage(flow, "UPDATE follow_up SET content = ?", with: text)
        let receipt = try await refer(flow, "N-1")
        #expect(receipt["outcome"] == "accepted")
        #expect(try await flow.referral(receipt, of: "court")["state"] == "queued")
        let deadLetter = try #require(
            try await flow.gateway.desk.ask("GET", "/v1/dead-letters?reason=expired")["deadLetters"]?[0])
        #expect(deadLetter["messageId"] == "C-1")
        #expect(deadLetter["problem"]?.string?.hasPrefix("the content of follow-up ") == true)
        try await refuses(
            flow.gateway.desk, "POST", "/v1/dead-letters/\(deadLetter["id"]?.string ?? "")/retry",
            ["reason": "again", "version": deadLetter["version"] ?? .null])
        // Once it is restored, the remedy works.
        try await damage(flow, "UPDATE follow_up SET content = ?", with: #"{"intakeKind":"cancel"}"#)
        _ = try await flow.gateway.desk.ask(
            "POST", "/v1/dead-letters/\(deadLetter["id"]?.string ?? "")/retry",
            body: (["reason": "restored", "version": deadLetter["version"] ?? .null] as JSONValue).serialized())
        #expect(try await flow.referral(receipt, of: "court")["state"] == "cancelled")
        await flow.end()
    }

    @Test func `findings, evidence and answers that cannot be read are named`() async throws {
        let flow = try FlowGateway()
        let (court, desk) = (flow.partner("court"), flow.gateway.desk)
        #expect(
            try await court.call("POST", "/v1/referrals", body: Array("<a/>".utf8), mediaType: "text/xml").status == 422
        )
        let deadLetter = try #require(try await desk.ask("GET", "/v1/dead-letters")["deadLetters"]?[0]?["id"]?.string)
        try await damage(flow, "UPDATE message SET findings = ?", with: "[")
        try await refuses(desk, "GET", "/v1/dead-letters/\(deadLetter)")
        let receipt = try await refer(flow, "N-1")
        try await damage(flow, "UPDATE referral SET answer = ?", with: "{")
        try await refuses(court, "GET", "/v1/referrals/\(receipt["referralId"]?.string ?? "")")
        _ = try await flow.send(
            "statusShare", "S-1", from: "civil",
            [
                ("recipient", ["name": "测试乙", "idNumber": .string(inventedNumber(2))]),
                ("reliefStatuses", [["kind": "MLG", "status": "inForce"]]),
            ])
        try await damage(flow, "UPDATE evidence SET content = ?", with: "{}")
        let next: JSONValue = [
            "flow": "referralSuggestion", "id": "N-2", "consent": ["applyWill": "self"],
            "recipient": ["name": "测试乙", "idNumber": .string(inventedNumber(2))],
        ]
        try await refuses(court, "POST", "/v1/referrals", next)
        await flow.end()
    }
}
