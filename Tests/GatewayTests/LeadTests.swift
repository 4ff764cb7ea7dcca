import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import gateway

/// What becomes of somebody who may need legal aid and has not asked for it (线索), over HTTP.
@Suite struct LeadFlows {
    private static let person: [(String, JSONValue)] = [
        ("recipient", ["name": "测试庚", "idNumber": "320404201405201269"]),
        ("proceeding", ["handlingOrgan": ["code": "320402", "type": "procuratorate"]]),
        ("matter", ["causeOfAction": "追索劳动报酬纠纷"]),
    ]
    private static let consent: JSONValue = ["by": "self", "form": "oral", "evidenceRef": "电话录音 2026-01"]

    private func leads(_ flow: FlowGateway, _ state: String = "") async throws -> [JSONValue] {
        let query = state.isEmpty ? "" : "?state=\(state)"
        return try await flow.gateway.desk.ask("GET", "/v1/leads" + query)["leads"]?.array ?? []
    }

    @discardableResult
    private func answer(
        _ flow: FlowGateway, _ number: String, by code: String = "CZ-TN", _ event: String,
        _ members: [(String, JSONValue)] = []
    ) async throws -> (status: Int, json: JSONValue) {
        let body = JSONValue.object(JSONObject([("event", .string(event))] + members)).serialized()
        let answer = try await flow.institution(code).call("POST", "/v1/leads/\(number)/answers", body: body)
        return (answer.status, answer.json)
    }

    private func report(_ flow: FlowGateway) async throws -> JSONValue {
        let month = Instant(Date()).rfc3339.prefix(7)
        return try await flow.gateway.desk.ask("GET", "/v1/reports/monthly?month=\(month)")
    }

    private func count(_ report: JSONValue, _ state: String) -> Int? {
        report["leads"]?.array?.first { $0["key"]?.string == state }?["count"]?.int
    }

    @Test func `a lead has a queue of its own, no clock, and is told to those who may know`() async throws {
        let flow = try FlowGateway()
        for (partner, codes) in [("civil", ["07"]), ("court", [])] {
            let receipt = try await flow.send("lead", "L-1", from: partner, Self.person)
            #expect(receipt["outcome"] == "lead" && receipt["clocks"] == [] && receipt["missing"] == [])
            #expect(receipt["queue"] == "CZ-TN")
            let referral = try await flow.referral(receipt, of: partner)
            #expect(referral["state"] == "leadOnly" && referral["leads"]?[0]?["lead"] == "registered")
            #expect(referral["leads"]?[0]?["statuses"]?.array?.compactMap { $0["code"]?.string } == codes)
        }
        let told = try await flow.post.statuses(1, to: "civil")
        #expect(told[0].contains("线索已登记") && told[0].contains("常州市天宁区法律援助中心"))
        await flow.end()
    }

    @Test func `no institution message, status or bulletin counts a lead as an application`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.send("lead", "L-2", from: "civil", Self.person)
        let number = try #require(receipt["applicationNo"]?.string)
        func holds(_ stage: Comment) async throws {
            #expect(try await flow.referral(receipt, of: "civil")["applications"] == [], stage)
            #expect(try await flow.leases("CZ-TN").isEmpty, stage)
            let report = try await report(flow)
            #expect(report["applications"] == 0, stage)
            for dimension in ["partner", "sender", "kind", "road", "matter", "group", "district", "outcome"] {
                #expect(report[dimension] == [], stage)
            }
            let queues = try await flow.gateway.desk.ask("GET", "/v1/queues")
            #expect(queues["queues"]?.array?.allSatisfy { $0["depth"] == 0 } == true, stage)
            let clocks = try await flow.gateway.desk.ask("GET", "/v1/clocks")["clocks"]
            #expect(clocks == [], stage)
            let metrics = String(decoding: try await flow.gateway.desk.download("/metrics"), as: UTF8.self)
            #expect(!metrics.contains(#/gateway_queue_depth\{queue="[^"]+"\} [1-9]/#), stage)
            let shown = try await flow.gateway.desk.ask("GET", "/v1/messages?q=\(number)")["messages"]?[0]
            #expect(shown?["applications"]?[0]?["lead"]?.string != nil, stage)
        }
        try await holds("as it came")
        let queues = try await flow.gateway.desk.ask("GET", "/v1/queues")["leadQueues"]?.array ?? []
        #expect(queues.first { $0["queue"] == "CZ-TN.leads" }?["depth"] == 1)
        #expect(queues.filter { $0["depth"] != 0 }.count == 1 && queues.count > 5)
        let figures = String(decoding: try await flow.gateway.desk.download("/metrics"), as: UTF8.self)
        #expect(figures.contains("gateway_lead_queue_depth{queue=\"CZ-TN.leads\"} 1.0"))
        #expect(figures.contains("gateway_lead_queue_oldest_seconds{queue=\"CZ-WJ.leads\"} 0.0"))

        // What comes after it is about a lead too.
        _ = try await flow.send(
            "supplement", "L-2-B", from: "civil",
            [("reference", ["messageId": "L-2"]), ("materials", [["kind": "other", "title": "情况说明"]])])
        try await holds("with a supplement")
        let leases = try await flow.institution("CZ-TN").leases(of: "CZ-TN.leads")
        #expect(leases.count == 2)
        #expect(leases[0]["application"]?.at("lead.state") == "registered")
        #expect(leases[1]["application"]?.at("notice.text")?.string?.hasPrefix("线索") == true)
        for lease in leases { try await flow.acknowledge(lease, by: "CZ-TN") }
        try await holds("after the institution has read it")
        // Nor do an application's calls take it for one.
        let step = try await flow.institution("CZ-TN").call(
            "POST", "/v1/applications/\(number)/status", body: Array(#"{"event":"accept"}"#.utf8))
        #expect(step.status == 409 && step.json["detail"]?.string?.contains("/v1/leads/") == true)
        let transfer = try await flow.institution("CZ-TN").call(
            "POST", "/v1/applications/\(number)/transfer", body: Array(#"{"to":"CZ-WJ","reason":"x"}"#.utf8))
        #expect(transfer.status == 409)

        try await answer(flow, number, "contacted")
        try await holds("contacted")
        #expect(count(try await report(flow), "contacted") == 1)
        try await answer(flow, number, "declined", [("reason", "本人不愿申请")])
        try await holds("declined")
        #expect(count(try await report(flow), "declined") == 1)
        let statuses = try await flow.referral(receipt, of: "civil")["leads"]?[0]?["statuses"]?.array ?? []
        #expect(Set(statuses.compactMap { $0["code"]?.string }) == ["07"])
        #expect(statuses.compactMap { $0.at("lead.state")?.string } == ["registered", "contacted", "declined"])
        let told = try await flow.post.statuses(3, to: "civil")
        #expect(told[2].contains("线索当事人不申请") && !told[2].contains("本人不愿申请"))
        #expect(try await answer(flow, number, "contacted").status == 409)
        await flow.end()
    }

    @Test func `consent makes a lead an application with its number, and its clocks start then`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.send("lead", "L-3", from: "civil", Self.person)
        let number = try #require(receipt["applicationNo"]?.string)
        // Without a recorded will there is none.
        for body in [
            "{}", #"{"event":"consented"}"#, #"{"event":"consented","consent":{"by":"nobody","form":"oral"}}"#,
        ] {
            let refused = try await flow.institution("CZ-TN").call(
                "POST", "/v1/leads/\(number)/answers", body: Array(body.utf8))
            #expect(refused.status == 400, "\(body)")
        }
        for at in ["2999-01-01T00:00:00+08:00", "2020-01-01T00:00:00+08:00", "2026-02-30T00:00:00+08:00", "yesterday"] {
            let refused = try await answer(flow, number, "contacted", [("at", .string(at))])
            #expect(refused.status == 400, "\(at)")
        }
        #expect(try await answer(flow, number, by: "CZ-WJ", "contacted").status == 404)

        let at = String(Instant(Date()).rfc3339.prefix(19)) + "+08:00"
        let applied = try await answer(
            flow, number, "consented", [("at", .string(at)), ("officer", "测援助"), ("consent", Self.consent)]
        ).json
        #expect(applied["applicationNo"]?.string == number && applied["lead"] == "applied")
        #expect(applied["state"] == "pendingIntake" && applied["reportedToSender"] == true)
        let clock = try #require(applied["clocks"]?.array?.first { $0["id"] == "CLK-05" })
        let running = try await flow.gateway.desk.ask("GET", "/v1/clocks?clock=CLK-05")["clocks"]?[0]
        #expect(running?["startedAt"]?.string == at)
        #expect(running?["dueAt"]?.string?.prefix(19) == clock["dueAt"]?.string?.prefix(19))
        #expect(running?["applicationNo"]?.string == number)

        let application = try await flow.application(number, as: "CZ-TN")
        #expect(application["intakeKind"] == "application" && application.at("consent.applyWill") == "self")
        #expect(application.at("lead.answeredAt")?.string == at && application.at("lead.consentForm") == "oral")
        #expect(application["missing"]?.array?.isEmpty == false)
        #expect(application.at("progress.referralState") == "signedIn")
        // Nothing is left in the queue of leads, and the case goes on like any other.
        #expect(try await flow.institution("CZ-TN").leases(of: "CZ-TN.leads").isEmpty)
        try await flow.step("accept", of: number, by: "CZ-TN")
        #expect(try await flow.codes(receipt, of: "civil") == ["07", "01", "02"])
        let report = try await report(flow)
        #expect(report["applications"] == 1 && count(report, "applied") == 1)
        #expect(try await leads(flow).isEmpty)
        #expect(try await leads(flow, "applied").count == 1)
        await flow.end()
    }

    @Test func `a supplement with the person's own will makes an application of the sender's lead`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.send("lead", "L-6", from: "civil", Self.person)
        let number = try #require(receipt["applicationNo"]?.string)
        _ = try await flow.send(
            "supplement", "L-6-B", from: "civil",
            [
                ("reference", ["messageId": "L-6"]), ("consent", ["applyWill": "self"]),
                ("materials", [["kind": "applicationForm", "title": "法律援助申请表"]]),
            ])
        #expect(try await flow.referral(receipt, of: "civil")["applications"]?[0]?["state"] == "queued")
        #expect(try await flow.institution("CZ-TN").leases(of: "CZ-TN.leads").isEmpty)
        #expect(try await flow.signIn("CZ-TN")["applicationNo"]?.string == number)
        let clocks = try await flow.gateway.desk.ask("GET", "/v1/clocks?clock=CLK-05")["clocks"]?.array
        #expect(clocks?.count == 1)
        let application = try await flow.application(number, as: "CZ-TN")
        #expect(application.at("lead.state") == "applied" && application.at("consent.applyWill") == "self")
        #expect(application["missing"]?.array?.contains { $0["kind"] == "applicationForm" } == false)
        #expect(try await flow.codes(receipt, of: "civil") == ["07", "01"])
        await flow.end()
    }

    @Test func `a lead is listed, leased and passed on; only its own institution sees and answers it`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.send("lead", "L-4", from: "relief", [("recipient", ["name": "测试辛"])])
        let number = try #require(receipt["applicationNo"]?.string)
        // Nothing says whose it is, and its sender is the whole city's: the city centre is asked first.
        #expect(receipt["queue"] == "CZ-SZ")
        #expect(try await leads(flow).map { $0["institution"]?.string } == ["CZ-SZ"])
        #expect(try await flow.institution("CZ-WJ").ask("GET", "/v1/leads")["leads"] == [])
        let strange = try await flow.institution("CZ-WJ").call(
            "POST", "/v1/queues/CZ-SZ.leads/leases", body: Array("{}".utf8))
        #expect(strange.status == 403)
        #expect(try await answer(flow, number, by: "CZ-SZ", "passedOn", [("to", "CZ-WJ")]).status == 400)
        let passed = try await answer(
            flow, number, by: "CZ-SZ", "passedOn", [("to", "CZ-WJ"), ("reason", "当事人住武进区")])
        #expect(passed.status == 200 && passed.json["institution"] == "CZ-WJ")
        #expect(try await flow.institution("CZ-SZ").leases(of: "CZ-SZ.leads").isEmpty)
        let lease = try #require(try await flow.institution("CZ-WJ").leases(of: "CZ-WJ.leads").first)
        #expect(lease["application"]?["applicationNo"]?.string == number)
        try await flow.acknowledge(lease, by: "CZ-WJ")
        #expect(try await flow.institution("CZ-WJ").ask("GET", "/v1/leads")["leads"]?[0]?["state"] == "registered")
        let told = try await flow.post.statuses(2, to: "relief")
        #expect(told[1].contains("常州市武进区法律援助中心"))
        // The sender takes it back after the institution has spoken with the person.
        try await answer(flow, number, by: "CZ-WJ", "contacted")
        _ = try await flow.send("cancel", "L-4-C", from: "relief", [("reference", ["messageId": "L-4"])])
        let withdrawal = try #require(try await flow.institution("CZ-WJ").leases(of: "CZ-WJ.leads").first)
        #expect(withdrawal["application"]?.at("notice.kind") == "withdrawal")
        #expect(try await leads(flow).isEmpty)
        #expect(try await answer(flow, number, by: "CZ-WJ", "consented", [("consent", Self.consent)]).status == 409)
        await flow.end()
    }

    @Test func `the console lists leads apart, in both languages`() async throws {
        let flow = try FlowGateway()
        try flow.gateway.addOperator()
        let number = try await flow.send("lead", "L-5", from: "civil", Self.person)["applicationNo"]?.string ?? ""
        let visitor = ConsoleVisitor(flow.gateway)
        #expect(try await visitor.signIn("li", "correct horse battery") == 303)
        let page = try await visitor.get("/leads").html
        #expect(page.contains("线索台账") && page.contains(number) && page.contains("常州市天宁区法律援助中心"))
        #expect(!page.contains("测试庚"))
        #expect(page.contains("普通") && !page.contains("normal"))
        #expect(try await visitor.get("/leads?state=declined").html.contains(number) == false)
        // Its queue is seen and paused like any other, and is none of applications.
        let order = ["recipient": "CZ-TN.leads", "reason": "系统维护"]
        #expect(try await visitor.post("/queues/pause", order).status == 303)
        #expect(try await visitor.get("/queues").html.contains("待领取的线索"))
        let glance = try await visitor.get("/").html
        #expect(glance.contains("<strong>0</strong>待签收的申请") && glance.contains("<strong>1</strong>待领取的线索"))
        #expect(glance.contains("已暂停") && glance.contains("（线索 leads）"))
        #expect(try await visitor.get("/reports").html.contains("转为申请的，计入当事人愿意申请当月"))
        await visitor.leave()
        await flow.end()
    }
}
