import Foundation
import StrictJSON
import Testing

@testable import gateway

/// What status shares say of people with open applications.
@Suite struct EvidenceFlows {
    private static let person: [(String, JSONValue)] = [
        ("recipient", ["name": "测试庚", "idNumber": "320404198505201261"])
    ]

    private func share(_ flow: FlowGateway, _ id: String, _ status: String) async throws {
        _ = try await flow.send(
            "statusShare", id, from: "civil",
            Self.person + [("reliefStatuses", [["kind": "MLG", "status": .string(status), "validFrom": "2025-01-01"]])])
    }

    private func apply(_ flow: FlowGateway, _ id: String) async throws -> JSONValue {
        try await flow.send(
            "referralSuggestion", id, from: "civil",
            Self.person + [
                ("proceeding", ["handlingOrgan": ["code": "苏0402", "type": "court"]]),
                ("consent", ["applyWill": "self"]), ("matter", ["causeOfAction": "离婚纠纷"]),
            ])
    }

    private func fires(_ application: JSONValue, _ rule: String) -> Bool {
        application["precheck"]?.array?.contains { $0["rule"]?.string == rule && $0["outcome"] == "indicated" } ?? false
    }

    private func lacks(_ list: JSONValue?, _ kind: String) -> Bool {
        list?.array?.contains { $0["kind"]?.string == kind } ?? false
    }

    @Test func `relief that ended exempts nobody, and the institution of an open application is told`() async throws {
        let flow = try FlowGateway()
        try await share(flow, "S-1", "inForce")
        let first = try await apply(flow, "A-1")
        let number = first["applicationNo"]?.string ?? ""
        #expect(!lacks(first["missing"], "economicStatement"))
        var application = try await flow.application(number, as: "CZ-TN")
        #expect(fires(application, "MC-04"))
        #expect(application.at("economic.exemptionGround") == ["LAL42-2S"])
        // What the gateway derived is marked wherever it stands.
        #expect(application.at("economic.exemptionGroundDerived") == ["LAL42-2S"])
        _ = try await flow.signIn("CZ-TN")

        try await share(flow, "S-2", "ended")
        application = try await flow.application(number, as: "CZ-TN")
        #expect(!fires(application, "MC-04") && application.at("economic.exemptionGround") == nil)
        let notice = try #require(try await flow.leases("CZ-TN").first?["application"]?["notice"])
        #expect(notice["kind"] == "evidence" && notice["text"]?.string?.contains("不再成立") == true)
        #expect(notice["lapsed"]?.array?.contains { $0["rule"] == "MC-04" } == true)
        #expect(lacks(notice["neededAgain"], "economicStatement"))

        let second = try await apply(flow, "A-2")
        #expect(lacks(second["missing"], "economicStatement"))
        #expect(!fires(try await flow.application(second["applicationNo"]?.string ?? "", as: "CZ-TN"), "MC-04"))
        await flow.end()
    }
}
