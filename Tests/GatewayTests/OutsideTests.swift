import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// Letters from other regions, and applications that leave the city.
@Suite struct OutsideFlows {
    private func letter(_ path: String, _ flow: FlowGateway) async throws -> JSONValue {
        try await flow.partner("civil").ask(
            "POST", "/v1/referrals", body: try flow.example("other-region/\(path)"), mediaType: "application/xml")
    }

    @Test func `a letter that holds everything is an application at the institution it names, with its chain`()
        async throws
    {
        let flow = try FlowGateway()
        let receipt = try await letter("transfer-in/examples/all-fields.gb18030.xml", flow)
        #expect(receipt["outcome"] == "accepted" && receipt["queue"] == "CZ-WJ", "\(receipt.text())")
        #expect(receipt["clocks"]?.array?.contains { $0["id"] == "CLK-05" } == true)
        let number = receipt["applicationNo"]?.string ?? ""
        func chain() async throws -> [JSONValue] {
            try await flow.application(number, as: "CZ-WJ")["transferChain"]?.array ?? []
        }
        let links = try await chain()
        #expect(links.map { $0["from"]?.string } == ["无锡市测试工作站", "无锡市法律援助中心"])
        #expect(links.map { $0["to"]?.string } == ["无锡市法律援助中心", "CZ-WJ"])
        #expect(links.last?["reason"]?.string != nil && links.last?["signedInAt"] == nil)
        _ = try await flow.signIn("CZ-WJ")
        #expect(try await chain().last?["signedInAt"]?.string != nil)
        #expect(try await flow.codes(receipt, of: "civil") == ["01"])
        await flow.end()
    }

    @Test
    func `a letter that asks for help in checking is with the institution it names, owes no decision, lacks nothing`()
        async throws
    {
        let flow = try FlowGateway()
        let receipt = try await letter("cooperation/examples/all-fields.gb18030.xml", flow)
        #expect(receipt["outcome"] == "accepted" && receipt["queue"] == "CZ-XB", "\(receipt.text())")
        #expect(receipt["clocks"]?.array?.contains { $0["id"] == "CLK-05" } == false)
        #expect(receipt["missing"] == [])
        await flow.end()
    }

    private func handOut(_ flow: FlowGateway, _ id: String) async throws -> (receipt: JSONValue, number: String) {
        let receipt = try await flow.send(
            "referralSuggestion", id, from: "civil",
            [
                ("recipient", ["name": "测试壬"]), ("consent", ["applyWill": "self"]),
                ("proceeding", ["handlingOrgan": ["code": "苏0402", "type": "court"]]),
            ])
        let number = receipt["applicationNo"]?.string ?? ""
        _ = try await flow.signIn("CZ-TN")
        let body = #"{"outside":"无锡市法律援助中心","reason":"办案机关在无锡市"}"#
        let handover = try await flow.institution("CZ-TN").ask(
            "POST", "/v1/applications/\(number)/transfer", body: Array(body.utf8))
        #expect(handover["handover"] == "proposed" && handover["to"] == "无锡市法律援助中心")
        // Whoever sends the letter stays responsible, and its limits run on.
        #expect(handover["responsible"] == "CZ-TN" && handover["dueAt"] == nil)
        let clocks = try await flow.gateway.desk.ask("GET", "/v1/clocks?clock=CLK-05")["clocks"]?.array
        #expect(clocks?.count == 1)
        #expect(try await flow.codes(receipt, of: "civil") == ["01"])
        return (receipt, number)
    }

    @Test
    func `an application that leaves the city waits for the other side's receipt, and its sender learns where it is`()
        async throws
    {
        let flow = try FlowGateway()
        let (receipt, number) = try await handOut(flow, "O-1")
        let path = "/v1/applications/\(number)/transfer/receipt"
        let late = try await flow.institution("CZ-TN").call(
            "POST", path, body: Array(#"{"at":"2999-01-01T00:00:00+08:00"}"#.utf8))
        #expect(late.status == 400)
        #expect(try await flow.institution("CZ-WJ").call("POST", path, body: Array("{}".utf8)).status == 404)
        let body = #"{"no":"锡援受2026-0001","phone":"0510-80000161"}"#
        let done = try await flow.institution("CZ-TN").ask("POST", path, body: Array(body.utf8))
        #expect(done["handover"] == "external")
        #expect(try await flow.codes(receipt, of: "civil") == ["01", "11"])
        let told = try await flow.post.statuses(2, to: "civil")
        #expect(told[1].contains("无锡市法律援助中心") && told[1].contains("0510-80000161"))
        #expect(!told[1].contains("天宁区"))
        #expect(try await flow.gateway.desk.ask("GET", "/v1/clocks?clock=CLK-05")["clocks"] == [])
        let application = try await flow.application(number, as: "CZ-TN")
        #expect(application.at("progress.state") == "transferredOut")
        #expect(application["transferChain"]?.array?.last?["signedInAt"]?.string != nil)
        #expect(try await flow.institution("CZ-TN").call("POST", path, body: Array("{}".utf8)).status == 409)
        // What somebody has typed stays out of the log.
        try await flow.gateway.untilLogged(#""step":"externalReceipt""#)
        let log = flow.gateway.logged
        #expect(log.contains(#""to":"outside""#))
        for typed in ["无锡市法律援助中心", "锡援受2026-0001", "办案机关在无锡市"] { #expect(!log.contains(typed), "\(typed)") }
        await flow.end()
    }

    @Test func `an application that left the city can come back, and goes on where it was`() async throws {
        let flow = try FlowGateway()
        let (receipt, number) = try await handOut(flow, "O-2")
        let back = try await flow.institution("CZ-TN").ask(
            "POST", "/v1/applications/\(number)/transfer/return", body: Array(#"{"reason":"无锡市退回"}"#.utf8))
        #expect(back["handover"] == "collected" && back["responsible"] == "CZ-TN" && back["returns"] == 1)
        for lease in try await flow.leases("CZ-TN") { try await flow.acknowledge(lease, by: "CZ-TN") }
        try await flow.step("accept", of: number, by: "CZ-TN")
        #expect(try await flow.codes(receipt, of: "civil") == ["01", "02"])
        // A registered institution is asked by its code, so that it can sign in here.
        let known = try await flow.institution("CZ-TN").call(
            "POST", "/v1/applications/\(number)/transfer",
            body: Array(#"{"outside":"常州市武进区法律援助中心","reason":"x"}"#.utf8))
        #expect(known.status == 400)
        await flow.end()
    }
}
