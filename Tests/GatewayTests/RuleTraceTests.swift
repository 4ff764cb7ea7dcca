import Foundation
import Intake
import StrictJSON
import Testing

@testable import gateway

@Suite struct RuleTraceTests {
    /// A gateway whose rules can be changed.
    private func gateway() throws -> GatewayProcess {
        let gateway = try GatewayProcess(courtWays: "")
        _ = try TriageOverTheGateway.rules(of: gateway)
        return gateway
    }

    /// Puts other words into the file of pre-checks and asks the gateway to read it again.
    private func change(_ old: String, to new: String, of gateway: GatewayProcess) async throws {
        try TriageOverTheGateway.edit(gateway.folder.appending(path: "rules/prechecks.xml"), old, new)
        gateway.reload()
        try await gateway.untilLogged("rules reloaded")
    }

    /// - Returns: the application's number.
    private func send(_ id: String, to gateway: GatewayProcess) async throws -> String {
        try #require(try await gateway.send(courtNotice(id))["applicationNo"]?.string)
    }

    private func trace(_ number: String, _ gateway: GatewayProcess) async throws -> JSONValue {
        try await gateway.desk.ask("GET", "/v1/applications/\(number)/triage")
    }

    @Test func `every rule tells whether it fired and why, and a changed set says what it would say now`() async throws
    {
        let gateway = try gateway()
        try gateway.start()
        let number = try await send("R-1", to: gateway)
        let first = try await trace(number, gateway)
        let set = try #require(first.at("then.rules")?.string)
        #expect(set.wholeMatch(of: /[0-9a-f]{64}/) != nil && first.at("now.rules")?.string == set)
        #expect(first["sameRules"] == true && first["differences"] == [])
        #expect(first.at("then.target.institutionCode") == "CZ-TN" && first["then"] == first["now"])
        let rules = first["rules"]?.array ?? []
        let route = try #require(rules.first { $0["rule"] == first.at("then.target.ruleId") })
        #expect(route["outcome"] == "indicated" && route["indicates"] == "CZ-TN" && route["evidence"]?.array != [])
        let silent = try #require(rules.first { $0["outcome"] == "notIndicated" && $0["condition"] != nil })
        #expect(silent["evidence"] == [] && silent["basis"]?.string?.isEmpty == false)
        #expect(!first.text().contains("测试甲"))

        // It fires on every notice; its words are gone now.
        let hint = try #require(first.at("then.hints")?.array?.first?["rule"]?.string)
        try await change("id=\"\(hint)\"", to: "id=\"NEW-1\"", of: gateway)
        let second = try await trace(number, gateway)
        #expect(second["sameRules"] == false && second.at("then.rules")?.string == set)
        #expect(second.at("now.rules")?.string != set)
        #expect(
            Set(second["differences"]?.array ?? []) == [
                ["about": .string(hint), "then": "indicated"], ["about": "NEW-1", "now": "indicated"],
            ])
        let later = try await trace(try await send("R-2", to: gateway), gateway)
        #expect(later["sameRules"] == true && later["differences"] == [])

        // Which rules decided is on file: another start changes nothing.
        gateway.stop()
        try gateway.start()
        #expect(try await trace(number, gateway)["then"] == second["then"])
        #expect(try await gateway.desk.call("GET", "/v1/applications/LA-none/triage").status == 404)
        #expect(try await gateway.institution.call("GET", "/v1/applications/\(number)/triage").status == 403)
        gateway.stop()
        gateway.remove()
    }

    @Test func `a message's page shows its rules in either language, to a viewer too`() async throws {
        let gateway = try gateway()
        try gateway.start()
        let number = try await send("R-3", to: gateway)
        let hint = try #require(try await trace(number, gateway).at("then.hints")?.array?.first?["rule"]?.string)
        try await change("id=\"\(hint)\"", to: "id=\"NEW-1\"", of: gateway)
        let viewer = try await ConsoleVisitor.add("li", "viewer", to: gateway)
        let reader = try await ConsoleVisitor.add("wu", "auditor", to: gateway, language: "en")
        for (visitor, words) in [
            (viewer, ["规则依据", "接收之后规则已更换", "不同之处", "命中", "未命中的规则"]),
            (reader, ["What the rules said", "The rules were changed since it came", "What differs", "indicated"]),
        ] {
            let page = try await visitor.get("/messages/R-3")
            #expect(page.status == 200)
            for word in words + [hint, "NEW-1", number, "CZ-TN", "<details"] {
                #expect(page.html.contains(word), "\(word)")
            }
            #expect(!page.html.contains("测试甲"))
            await visitor.leave()
        }
        gateway.stop()
        gateway.remove()
    }

    @Test func `each of several applications is told of by itself, and a lead too`() async throws {
        let flow = try FlowGateway()
        let gateway = flow.gateway
        let receipt = try await flow.partner("court").ask(
            "POST", "/v1/referrals",
            body: try flow.example("court/defence-notice/examples/two-defendants.gb18030.xml"),
            mediaType: "application/xml")
        let numbers = (receipt["results"]?.array ?? []).compactMap { $0["applicationNo"]?.string }
        try #require(numbers.count == 2)
        let visitor = try await ConsoleVisitor.add("li", "viewer", to: gateway)
        let path = "/messages/\(receipt["referralId"]?.string ?? "")"
        for (shown, other) in [(numbers[0], numbers[1]), (numbers[1], numbers[0])] {
            let page = try await visitor.get(path + "?application=\(shown)").html
            let section = try #require(page.split(separator: "<h2 id=\"rules\">").last)
            #expect(section.hasPrefix("规则依据 <small class=\"mono\">\(shown)</small>"))
            #expect(section.contains("href=\"?application=\(other)#rules\"") && section.contains("规则与接收时相同，结论也相同"))
        }
        let lead = try await flow.send(
            "lead", "L-1", from: "civil", [("recipient", ["name": "测试乙"]), ("consent", ["applyWill": "unknown"])])
        // What a sender writes of the hurry is its own words.
        let hurry = String(decoding: try flow.example("civil-affairs/referral/examples/all-fields.json"), as: UTF8.self)
        let claim = try await flow.partner("civil").ask("POST", "/v1/referrals", body: Array(hurry.utf8))
        let claimed = try await self.trace(try #require(claim["applicationNo"]?.string), gateway)
        #expect(Set(claimed.at("then.urgency")?.object?.names ?? []) == ["level", "reasons"])
        let number = try #require(lead["applicationNo"]?.string)
        let trace = try await self.trace(number, gateway)
        // Nothing but who sends it says where it belongs, and that the registry says.
        #expect(trace.at("then.target.institutionCode") == "CZ-ZL" && trace["differences"] == [], "\(trace.text())")
        #expect(try await visitor.get("/messages/L-1").html.contains("规则与接收时相同，结论也相同"))
        await visitor.leave()
        await flow.end()
    }

    /// Otherwise the page would tell of differences that nobody made.
    @Test func `rules that are asked again about what they made say the same, of every example`() throws {
        let pipeline = try shippedPipeline.get()
        for example in try MappingExample.all(in: repository.appending(path: "Mappings").path) {
            let walk = pipeline.walk(
                Pipeline.Message(
                    bytes: [UInt8](try Data(contentsOf: example.document)), receivedAt: MappingExample.receivedAt))
            for first in walk.records.compactMap(\.assessment) {
                let second = pipeline.triage.assess(first.application, receivedAt: MappingExample.receivedAt)
                let said = [first, second].map { $0.hints.map { "\($0.rule) \($0.outcome)" }.sorted() }
                #expect(said[0] == said[1], "\(example.name)")
                #expect(second.target == first.target && second.urgency == first.urgency, "\(example.name)")
            }
        }
    }
}
