import Foundation
import Messaging
import StrictJSON
import Testing
import Vocabulary

@testable import gateway

@Suite struct ReportCallTests {
    @Test func `an assignment in time is told as a clock that was met, in JSON and in the spreadsheet`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let receipt = try await gateway.remote.call(
            "POST", "/v1/referrals", body: courtNotice("N-1"), mediaType: "application/xml"
        ).json
        let number = receipt["applicationNo"]?.string ?? ""
        let lease = try #require(try await gateway.institution.leases().first)
        try await gateway.institution.acknowledge(lease)
        _ = try await gateway.institution.ask(
            "POST", "/v1/applications/\(number)/status",
            body: Array(#"{"event":"assign","assignment":{"lawyer":"测律师","unit":"测试律所","phone":"0519-80000010"}}"#.utf8)
        )
        // The month in which it was due, as the receipt says it.
        let due = receipt["clocks"]?.array?.first { $0["id"] == "CLK-04" }?["dueAt"]?.string ?? ""
        let path = "/v1/reports/monthly?month=\(due.prefix(7))"
        let clocks = try await gateway.desk.ask("GET", path)["onTime"]?.array
        let clock = clocks?.first { $0["clock"] == "CLK-04" }
        #expect(clock?["met"] == 1 && clock?["late"] == 0 && clock?["open"] == 0)
        #expect(clock?["basis"]?.string?.contains("第三十六条") == true)
        let csv = String(decoding: try await gateway.desk.download(path + "&format=csv"), as: UTF8.self)
        #expect(csv.contains(/"时限按时","CLK-04","[^"]+","1","100.0%"/))
        gateway.stop()
        gateway.remove()
    }

    @Test func `an application withdrawn in time has neither kept nor missed its limit, in JSON and on the page`()
        async throws
    {
        let flow = try FlowGateway()
        let gateway = flow.gateway
        try gateway.addOperator()
        let receipt = try await flow.partner("civil").ask(
            "POST", "/v1/referrals", body: try flow.example("civil-affairs/referral/examples/all-fields.json"))
        let number = try #require(receipt["applicationNo"]?.string)
        let queue = try #require(receipt["queue"]?.string)
        _ = try await flow.signIn(queue)
        try await flow.step("requestSupplement", of: number, by: queue)
        try await flow.step("withdraw", of: number, by: queue)
        // Whenever the test runs, the limit falls in one of these months; the pause may have moved it.
        let due = receipt["clocks"]?.array?.first { $0["id"] == "CLK-05" }?["dueAt"]?.string ?? ""
        var found: [JSONValue] = []
        for month in Set([due.prefix(7), Instant(Date()).advanced(seconds: 20 * 86_400).rfc3339.prefix(7)]) {
            let report = try await gateway.desk.ask("GET", "/v1/reports/monthly?month=\(month)")
            found += (report["onTime"]?.array ?? []).filter { $0["clock"] == "CLK-05" }
        }
        #expect(found.map { [$0["met"], $0["late"], $0["open"], $0["ended"]] } == [[0, 0, 0, 1]])
        #expect(found.first?["share"] == .null)
        let visitor = ConsoleVisitor(gateway)
        #expect(try await visitor.signIn("li", "correct horse battery") == 303)
        #expect(try await visitor.get("/reports?month=\(due.prefix(7))").html.contains("到期前终结"))
        await visitor.leave()
        await flow.end()
    }
}
