import Foundation
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Time limits over the wire: what the calls of senders, institutions and operators tell of them.
@Suite struct ClockCallTests {
    private func running(_ kind: String, of number: String, _ flow: FlowGateway) async throws -> [JSONValue] {
        let clocks = try await flow.gateway.desk.ask("GET", "/v1/clocks?clock=\(kind)&limit=500")["clocks"]?.array ?? []
        return clocks.filter { $0["applicationNo"]?.string == number }
    }

    private func ids(_ answer: JSONValue) -> [String] {
        (answer["clocks"]?.array ?? []).compactMap { $0["id"]?.string }
    }

    /// A court's criminal notice that its institution has signed in.
    private func notice(_ flow: FlowGateway, _ id: String) async throws -> (number: String, receipt: JSONValue) {
        let receipt = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
        let number = try #require(receipt["applicationNo"]?.string)
        let lease = try #require(try await flow.leases("CZ-TN").first { $0["applicationNo"]?.string == number })
        try await flow.acknowledge(lease, by: "CZ-TN")
        return (number, receipt)
    }

    @Test func `the lawyer's papers for the court run from the assignment to their filing`() async throws {
        let flow = try FlowGateway()
        let (number, receipt) = try await notice(flow, "CLK22")
        #expect(ids(receipt).contains("CLK-04"))
        let assigned = try await flow.step("assign", of: number, by: "CZ-TN")
        #expect(ids(assigned).contains("CLK-22") && ids(assigned).contains("CLK-10"))
        #expect(!ids(assigned).contains("CLK-04"))
        #expect(try await running("CLK-04", of: number, flow).isEmpty)
        let filed = try await flow.step("papersFiledWithCourt", of: number, by: "CZ-TN")
        #expect(!ids(filed).contains("CLK-22") && ids(filed).contains("CLK-10"))
        await flow.end()
    }

    @Test func `the first contact's day ends with the target's sign-in, and everybody sees it`() async throws {
        let flow = try FlowGateway()
        let (number, _) = try await notice(flow, "CLK24")
        _ = try await flow.institution("CZ-TN").ask(
            "POST", "/v1/applications/\(number)/transfer", body: Array(#"{"to":"CZ-WJ","reason":"事由发生地"}"#.utf8))
        let proposed = try #require(try await running("CLK-24", of: number, flow).first)
        #expect(proposed["institution"] == "CZ-TN" && proposed["bound"] == "firstContact")
        let lease = try #require(try await flow.leases("CZ-WJ").first)
        try await flow.acknowledge(lease, by: "CZ-WJ")
        #expect(try await running("CLK-24", of: number, flow).isEmpty)
        // The competent institution has its whole time.
        #expect(try await running("CLK-04", of: number, flow).map { $0["institution"] } == ["CZ-WJ"])
        await flow.end()
    }

    @Test func `the time for papers stands against that for the decision until they came`() async throws {
        let flow = try FlowGateway()
        let body: JSONValue = [
            "source": ["messageId": "CLK09"], "recipient": ["name": "测试庚", "mobile": "13800000009"],
            "consent": ["applyWill": "self"],
            "matter": ["caseDomain": "civil", "factsPlace": "天宁区测试路", "factsSummary": "道路交通事故"],
        ]
        let receipt = try await flow.institution("CZ-TN").ask("POST", "/v1/applications", body: body.serialized())
        let number = try #require(receipt["applicationNo"]?.string, "\(receipt.text())")
        #expect(ids(receipt).contains("CLK-05"))
        let lease = try #require(try await flow.leases("CZ-TN").first { $0["applicationNo"]?.string == number })
        try await flow.acknowledge(lease, by: "CZ-TN")
        let asked = try await flow.step(
            "requestSupplement", of: number, by: "CZ-TN", [("missing", [["kind": "idProof", "title": "身份证"]])])
        #expect(ids(asked).contains("CLK-09") && !ids(asked).contains("CLK-05"))
        #expect(try await running("CLK-09", of: number, flow).map { $0["bound"] } == ["applicant"])
        #expect(try await running("CLK-05", of: number, flow).isEmpty)
        _ = try await flow.institution("CZ-TN").ask(
            "POST", "/v1/referrals/\(receipt["referralId"]?.string ?? "")/supplements",
            body: Array(#"{"materials":[{"kind":"idProof","title":"身份证"}]}"#.utf8))
        #expect(try await running("CLK-09", of: number, flow).isEmpty)
        #expect(try await running("CLK-05", of: number, flow).count == 1)
        let granted = try await flow.step("supplemented", of: number, by: "CZ-TN")
        #expect(ids(granted).contains("CLK-05"))
        let decided = try await flow.step("grant", of: number, by: "CZ-TN")
        #expect(!ids(decided).contains("CLK-05") && ids(decided).contains("CLK-06"))
        await flow.end()
    }
}
