import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// Both sides' lists of a day, with losses planted on the partner's.
@Suite struct ReconciliationTests {
    private static var today: String { String(Date().addingTimeInterval(8 * 3600).ISO8601Format().prefix(10)) }

    /// What a partner knows after a day of eight messages: two were refused, one was withdrawn, five are with the institution.
    private struct Known {
        var messages: [String: String] = [:]
        var statuses: [String] = []

        var csv: [UInt8] {
            let lines = messages.sorted { $0.key < $1.key }.map { "message,\($0.key),\($0.value)" }
            return Array((["kind,id,state"] + lines + statuses.map { "status,\($0)," }).joined(separator: "\r\n").utf8)
        }

        var json: [UInt8] {
            let listed = messages.sorted { $0.key < $1.key }.map { id, state -> JSONValue in
                ["messageId": .string(id), "state": .string(state)]
            }
            return JSONValue.object(
                JSONObject([("messages", .array(listed)), ("statuses", .array(statuses.map { .string($0) }))])
            ).serialized()
        }
    }

    private func run(_ gateway: GatewayProcess) async throws -> Known {
        var known = Known()
        for number in 1...8 {
            let id = "Q-\(number)"
            let answer = try await gateway.remote.call(
                "POST", "/v1/referrals", body: courtNotice(id, name: number % 4 == 0 ? "" : "测试甲"),
                mediaType: "application/xml")
            known.messages[id] = answer.status == 202 ? "accepted" : "refused"
        }
        for lease in try await gateway.institution.leases() { try await gateway.institution.acknowledge(lease) }
        let page = try await gateway.remote.ask("GET", "/v1/status-events?limit=4")
        known.statuses = (page["events"]?.array ?? []).compactMap { $0["idempotencyKey"]?.string }
        _ = try await gateway.remote.ask("GET", "/v1/status-events?after=\(page["next"]?.string ?? "")&limit=1")
        return known
    }

    @Test(arguments: ["csv", "json"]) func `planted losses are found, exactly those`(format: String) async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        var known = try await run(gateway)
        let day = Self.today
        func differences(_ known: Known) async throws -> [String] {
            let answer = try await gateway.remote.ask(
                "POST", "/v1/reconciliation?day=\(day)", body: format == "csv" ? known.csv : known.json,
                mediaType: format == "csv" ? "text/csv" : "application/json")
            let found = (answer["differences"]?.array ?? []).map {
                "\($0["kind"]?.string ?? "") \($0["id"]?.string ?? "")"
            }
            let counts = (answer["counts"]?.object?.members ?? []).reduce(0) { $0 + ($1.value.int ?? 0) }
            #expect(counts == found.count)
            return found.sorted()
        }
        #expect(known.statuses.count == 4)
        #expect(try await differences(known) == [])
        // Losses of every kind.
        let lost = try #require(known.statuses.last)
        known.statuses.removeLast()
        let waiting = try await gateway.remote.ask("GET", "/v1/statuses?state=waiting")
        let unconfirmed = try #require(waiting["statuses"]?[0]?["id"]?.string)
        known.statuses += [unconfirmed, "never-made"]
        known.messages["Q-2"] = nil
        known.messages["Q-3"] = "refused"
        known.messages["Q-99"] = "accepted"
        #expect(
            try await differences(known)
                == [
                    "notListed Q-2", "notReceived Q-99", "stateDiffers Q-3", "statusLost \(lost)",
                    "statusUnconfirmed \(unconfirmed)", "statusUnknown never-made",
                ].sorted())
        gateway.stop()
        gateway.remove()
    }

    @Test func `figures are told by day to the partner, on the command line and at the console`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.addOperator()
        try gateway.start()
        let known = try await run(gateway)
        let answer = try await gateway.remote.ask("GET", "/v1/reconciliation?days=2")
        let today = answer["days"]?[0]
        #expect(answer["days"]?.array?.count == 2 && today?["day"]?.string == Self.today)
        let figures = ["received": 8, "accepted": 6, "pending": 0, "refused": 2, "told": 4, "unconfirmed": 2]
        for (name, count) in figures { #expect(today?[name]?.int == count, "\(name)") }
        #expect(answer["days"]?[1]?["received"] == 0)
        let other = try await gateway.operator("other-token").ask("GET", "/v1/reconciliation?days=1")
        #expect(other["days"]?[0]?["received"] == 0)
        let token = gateway.folder.appending(path: "token")
        try GatewayProcess.operatorToken.write(to: token, atomically: true, encoding: .utf8)
        let words = ["--url", "http://127.0.0.1:\(gateway.port)", "--token-file", token.path]
        let shown = try GatewayProcess.run(["reconcile", "court"] + words)
        #expect(shown.code == 0 && shown.output.contains(Self.today))
        var less = known
        less.messages["Q-5"] = nil
        let list = gateway.folder.appending(path: "list.csv")
        for (known, code) in [(known, Int32(0)), (less, 1)] {
            try Data(known.csv).write(to: list)
            let ran = try GatewayProcess.run(
                ["reconcile", "court", "--day", Self.today, "--list", list.path] + words)
            #expect(ran.code == code && ran.output.contains("notListed") == (code == 1), "\(ran.output)")
        }
        let visitor = ConsoleVisitor(gateway)
        #expect(try await visitor.signIn("li", "correct horse battery") == 303)
        #expect(try await visitor.get("/partners").html.contains("/console/partners/reconciliation?partner=court"))
        let page = try await visitor.get("/partners/reconciliation?partner=court")
        #expect(page.status == 200 && page.html.contains(Self.today))
        #expect(try await visitor.get("/partners/reconciliation?partner=nobody").status == 404)
        await visitor.leave()
        gateway.stop()
        gateway.remove()
    }

    @Test func `a list that is not understood is refused`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        for list in [
            #"{"mesages":[]}"#, #"{"messages":{}}"#, #"{"messages":[{"messageId":1}]}"#,
            #"{"messages":[{"id":"x"}]}"#, #"{"messages":[{"messageId":"x","state":"lost"}]}"#, #"{"statuses":[1]}"#,
            #"{"messages":[{"messageId":"x"},{"messageId":"x"}]}"#, "message,x,lost", "letter,x", "message",
            "message,x\nmessage,x",
        ] {
            let type = list.hasPrefix("{") ? "application/json" : "text/csv"
            let answer = try await gateway.remote.call(
                "POST", "/v1/reconciliation?day=2026-03-02", body: Array(list.utf8), mediaType: type)
            #expect(answer.status == 400, "\(list): \(answer.json.text())")
        }
        for day in ["", "?day=2026-02-30"] {
            #expect(try await gateway.remote.call("POST", "/v1/reconciliation\(day)").status == 400)
        }
        gateway.stop()
        gateway.remove()
    }
}
