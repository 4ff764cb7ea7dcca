import Foundation
import Operations
import StrictJSON
import Testing
import Vocabulary

@testable import gateway

/// The command line beside a running gateway.
@Suite struct CommandTests {
    @Test(arguments: GatewayProgram.commands.map { $0.name }) func `a command explains itself`(name: String) throws {
        let (code, help) = try GatewayProcess.run([name, "--help"])
        #expect(code == 0 && help.hasPrefix("gateway \(name) "))
        let overview = try GatewayProcess.run(["--help"])
        #expect(overview.code == 0 && overview.output.contains("\n  \(name) "))
    }

    @Test func `the release is told by a command, by an option and in the interface's description`() throws {
        for words in [["version"], ["--version"]] {
            let (code, output) = try GatewayProcess.run(words)
            #expect(code == 0 && output == "gateway \(Release.version)\n")
        }
        #expect(Release.version.wholeMatch(of: /\d+\.\d+\.\d+/) != nil)
        #expect(
            try OpenAPI(describing: [], senderKinds: SenderKinds()).json.at("info.version")?.string == Release.version)
        #expect(try GatewayProcess.run(["version", "now"]).code == 2)
    }

    @Test(arguments: [
        ["retention", "plan", "--rewrite"], ["retention", "proof", "--rewrite"],
        ["retention", "run", "--at", "2027-01-01"], ["retention", "run"], ["retention", "run", "--reason", "……"],
        ["retention", "plan", "--reason", "核查"], ["keys", "rotate-data"], ["migrate", "--reason", "核查"],
        ["users", "disable", "a"], ["users", "list", "--reason", "核查"],
        ["keys", "rotate-data", "--days", "3"], ["keys", "master", "k", "--to", "l"], ["keys", "new", "--accept-loss"],
        ["keys", "identity", "--days", "3"], ["check", "foo"], ["serve", "foo"], ["migrate", "foo"], ["demo", "foo"],
        ["drift", "foo"], ["audit", "head", "--json"], ["backup", "--verify", "a", "--without-keys"],
        ["subject", "erase", "--text"], ["subject", "export", "--changes", "f"], ["subject", "correct", "--text"],
        ["restore", "a", "--to", "d", "--force"], ["restore", "a", "--force"],
        ["restore", "a", "--to", "d", "--in-place"], ["keys", "new", "--partner", "a", "--operator", "b"],
        ["users", "disable", "a", "b"], ["users", "role", "a", "--one-time"],
        ["users", "add", "a", "--one-time", "--password-file", "f"], ["mappings", "list", "--update"],
        ["mappings", "lint", "a", "b"], ["dead-letters", "retry", "a", "--partner", "b"],
        ["dead-letters", "jobs", "--pause"], ["dead-letters", "show", "a", "b"],
        ["queues", "list", "--reason", "r"], ["reports", "monthly", "2026-03", "--csv", "f", "--json"],
        ["translate", "f", "--html", "--json"],
    ])
    func `nothing that is typed is passed over`(words: [String]) throws {
        let (code, output) = try GatewayProcess.run(words, complaints: true)
        #expect(
            code == 2
                && output.contains(
                    /does not go with|is not understood|one partner, institution or operator|is needed|goes with|--reason takes/
                ),
            "\(output)")
    }

    /// Runs a command as an operator.
    private func run(_ words: [String], of gateway: GatewayProcess) throws -> (code: Int32, output: String) {
        let token = gateway.folder.appending(path: "operator-token")
        try GatewayProcess.operatorToken.write(to: token, atomically: true, encoding: .utf8)
        return try GatewayProcess.run(
            words + ["--url", "http://127.0.0.1:\(gateway.port)", "--token-file", token.path])
    }

    private func json(_ words: [String], of gateway: GatewayProcess) throws -> [JSONValue] {
        let (code, output) = try run(words + ["--json"], of: gateway)
        try #require(code == 0, "\(words)")
        return try JSONValue(parsing: Array(output.utf8)).array ?? []
    }

    @Test func `clocks, queues and partners are looked at, paused and resumed`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let receipt = try await gateway.send(courtNotice("C-1"))
        let number = try #require(receipt["applicationNo"]?.string)

        let clocks = try json(["clocks"], of: gateway)
        #expect(clocks.map { $0["applicationNo"] } == [.string(number)])
        #expect(clocks.first?["id"] == "CLK-04" && clocks.first?["overdue"] == false)
        for (filter, count) in [
            (["--clock", "CLK-04", "--institution", "CZ-TN", "--due-within", "240"], 1), (["--clock", "CLK-05"], 0),
            (["--institution", "CZ-WJ"], 0), (["--due-within", "1"], 0), (["--overdue"], 0), (["--limit", "1"], 1),
        ] {
            #expect(try json(["clocks"] + filter, of: gateway).count == count, "\(filter)")
        }
        let table = try run(["clocks"], of: gateway).output
        #expect(table.contains("dueAt") && table.contains("CLK-04") && table.contains(number))

        let court = try #require(try json(["partners"], of: gateway).first { $0["partner"] == "court" })
        #expect(court["messages24h"] == 1 && court["lastSeen"] != nil && court["errorRate24h"]?.double == 0)
        for (place, id) in [("queues", "CZ-TN"), ("queues", "CZ-TN.leads"), ("partners", "court")] {
            let member = place == "queues" ? "queue" : "partner"
            func pause() throws -> JSONValue? {
                try json([place], of: gateway).first { $0[member]?.string == id }?["paused"]
            }
            #expect(try run([place, "pause", id], of: gateway).code == 2, "without a reason")
            #expect(
                try run([place, "pause", id, "--reason", "机构系统搬迁"], of: gateway).output == "\(id) 已暂停 \(id) is paused\n"
            )
            #expect(try pause()?["reason"] == "机构系统搬迁")
            #expect(try run([place, "pause", id, "--reason", "again"], of: gateway).code == 1)
            let (code, answer) = try run([place, "resume", id, "--reason", "搬迁完成", "--json"], of: gateway)
            #expect(code == 0 && answer.contains("\"paused\": false"))
            #expect(try pause() == nil)
            #expect(try run([place, "resume", "nobody", "--reason", "x"], of: gateway).code == 1)
        }
        for wrong in [
            ["clocks", "--due-within", "soon"], ["clocks", "everything"], ["queues", "drain"], ["partners", "pause"],
            ["parked", "all"], ["alerts", "--limit", "0"], ["dead-letters", "retry", "--cause", "c", "--rate", "fast"],
        ] {
            #expect(try run(wrong, of: gateway).code == 2, "\(wrong)")
        }

        let rules = try run(["trace", "C-1", "--rules"], of: gateway)
        #expect(rules.code == 0 && rules.output.contains("when it came: CZ-TN by RT-01"))
        #expect(rules.output.contains("rules in force now: CZ-TN by RT-01") && rules.output.contains("notIndicated"))
        #expect(try json(["trace", "C-1", "--rules"], of: gateway).first?["sameRules"] == true)
        gateway.stop()
        gateway.remove()
    }

    @Test func `what waits, what alarms and what a bulk retry does is told`() async throws {
        let flow = try FlowGateway()
        let gateway = flow.gateway
        _ = try await flow.send("supplement", "EARLY-1", from: "court", [("reference", ["messageId": "NOT-YET-7"])])
        let court = flow.partner("court")
        for id in ["B-1", "B-2", "B-3"] {
            _ = try await court.call(
                "POST", "/v1/referrals", body: courtNotice(id, name: ""), mediaType: "application/xml")
        }
        // At its start it looks for alerts.
        gateway.stop()
        try gateway.start()
        try await gateway.untilLogged("\"alert\"")

        let waiting = try json(["parked"], of: gateway)
        #expect(waiting.map { $0["kind"] } == ["supplement"] && waiting.first?["partner"] == "court")
        #expect(try run(["parked"], of: gateway).output.contains("supplement"))
        let alerts = try json(["alerts"], of: gateway)
        #expect(alerts.contains { $0["alert"] == "deadLetters" && $0["advice"]?.string?.isEmpty == false })
        #expect(try run(["alerts"], of: gateway).output.contains("deadLetters"))

        let cause = try #require(try json(["dead-letters", "causes"], of: gateway).first?["cause"]?.string)
        let retry = ["dead-letters", "retry", "--cause", cause]
        let preview = try run(retry + ["--preview"], of: gateway)
        #expect(preview.code == 0 && preview.output.contains("3 dead letters would be retried"))
        func start(rate: Int) throws -> String {
            let order = retry + ["--reason", "try", "--rate", "\(rate)", "--no-wait", "--json"]
            return try #require(try JSONValue(parsing: Array(run(order, of: gateway).output.utf8))["id"]?.string)
        }
        let job = try start(rate: 1000)
        // The dead letters are as broken as before.
        let done = try run(["dead-letters", "jobs", job, "--wait"], of: gateway)
        #expect(done.code == 1 && done.output.contains("又失败 3，未动 0，共 3 0 resent, 3 failed again"), "\(done.output)")
        #expect(try run(["dead-letters", "jobs", job], of: gateway).code == 0)
        #expect(
            try run(["dead-letters", "jobs", job, "--stop", "--reason", "try"], of: gateway).code == 1, "it is over")
        #expect(try run(["dead-letters", "jobs"], of: gateway).output.contains(job))
        try await gateway.fillDeadLetterQueue()
        let slow = try start(rate: 1)
        for (act, state) in [("--pause", "paused"), ("--resume", "running"), ("--stop", "stopped")] {
            let (code, output) = try run(["dead-letters", "jobs", slow, act, "--reason", "try"], of: gateway)
            #expect(code == 0 && output.contains(state), "\(output)")
        }
        await flow.end()
    }
}
