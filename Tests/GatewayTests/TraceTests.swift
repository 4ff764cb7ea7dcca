import Foundation
import Messaging
import StrictJSON
import Testing
import Triage
import Vocabulary

@testable import Operations
@testable import gateway

@Suite struct TraceTests {
    @Test func `the whole way of a message is one timeline, from any number, and the month's report counts it`()
        async throws
    {
        let gateway = try GatewayProcess()
        try gateway.addCaller(#"<operator name="watcher" role="viewer" tokenSha256="\#(Token.hash("watcher"))"/>"#)
        try gateway.start()
        let broken = Array(courtNotice("T-1").dropLast(30))
        _ = try await gateway.remote.call("POST", "/v1/referrals", body: broken, mediaType: "application/xml")
        let deadLetters =
            try await gateway.desk.ask("GET", "/v1/dead-letters?messageId=T-1")["deadLetters"]?.array ?? []
        #expect(deadLetters.isEmpty, "what cannot be read has no id of its sender's")
        let deadLetter = try await gateway.desk.ask("GET", "/v1/dead-letters")["deadLetters"]?[0]?["id"]?.string ?? ""
        let mended = JSONValue.compact([
            ("reason", "mended"), ("editedBase64", .string(Data(courtNotice("T-1")).base64EncodedString())),
        ])
        let receipt = try await gateway.desk.ask(
            "POST", "/v1/dead-letters/\(deadLetter)/retry", body: mended.serialized())
        let number = try #require(receipt.at("result.applicationNo")?.string)
        let lease = try #require(try await gateway.institution.leases().first)
        try await gateway.institution.acknowledge(lease)

        let trace = try await gateway.desk.ask("GET", "/v1/messages/T-1/trace")
        #expect(trace["relatives"] == [.string(deadLetter)])
        let events = (trace["timeline"]?.array ?? []).compactMap { $0["event"]?.string }
        for event in ["received", "translated", "queued", "delivered", "status 01"] {
            #expect(events.contains(event), "\(event) in \(events)")
        }
        for quoted in [number, lease["leaseId"]?.string ?? "", receipt.at("result.referralId")?.string ?? ""] {
            let other = try await gateway.desk.ask("GET", "/v1/messages/\(quoted)/trace")
            #expect(other["message"] == trace["message"])
        }
        let before = try await gateway.desk.ask("GET", "/v1/messages/\(deadLetter)/trace")
        let acts = (before["timeline"]?.array ?? []).filter { $0["kind"] == "act" }.compactMap { $0["event"]?.string }
        #expect(acts == ["editAndResend"])
        #expect(try await gateway.desk.call("GET", "/v1/messages/nothing/trace").status == 404)

        let masked = try await gateway.desk.ask("GET", "/v1/messages/T-1/document")
        #expect(masked["lines"]?.array?.last == .string("<DSRXX><RECORD><XM>***</XM></RECORD></DSRXX></RECORD></ROOT>"))
        let reason: [UInt8] = Array(#"{"reason":"complaint"}"#.utf8)
        let viewer = gateway.operator("watcher")
        #expect(try await viewer.call("POST", "/v1/messages/T-1/document", body: reason).status == 403)
        let auditor = gateway.operator("auditor")
        #expect(try await auditor.call("POST", "/v1/messages/T-1/document").status == 400)
        let whole = try await auditor.ask("POST", "/v1/messages/T-1/document", body: reason)
        #expect(whole["base64"]?.string == Data(courtNotice("T-1")).base64EncodedString())
        let audit = try await auditor.ask("GET", "/v1/audit?actor=auditor")["entries"]?.array ?? []
        #expect(audit.map { $0["action"] } == ["unmask"])
        #expect(audit.first?["detail"] == "complaint")

        let queues = try await gateway.desk.ask("GET", "/v1/queues")["queues"]?.array ?? []
        #expect(queues.first { $0["queue"] == "CZ-TN" }?["depth"] == 0)
        let partners = try await gateway.desk.ask("GET", "/v1/partners")["partners"]?.array ?? []
        let court = try #require(partners.first { $0["partner"] == "court" })
        #expect(court["messages24h"] == 2 && court["errorRate24h"] == .number("0.5"))

        let month = String(Instant(Date()).rfc3339.prefix(7))
        let report = try await gateway.desk.ask("GET", "/v1/reports/monthly?month=\(month)")
        #expect(report["applications"] == 1)
        #expect(report["messages"] == ["accepted": 1, "invalid": 1])
        #expect(report.at("indicators.signedInWithinOneWorkingDay")?["share"] == .number("1.0"))
        #expect(report["road"]?[0]?["label"] == "通知")
        #expect(report["matter"]?[0]?["label"] == "刑事")
        #expect(try await gateway.desk.call("GET", "/v1/reports/monthly?month=2026-13").status == 400)
        let csv = try await gateway.desk.download("/v1/reports/monthly?month=\(month)&format=csv")
        #expect(csv.starts(with: [0xEF, 0xBB, 0xBF]))
        #expect(String(decoding: csv, as: UTF8.self).contains("\"报送单位\",\"court\",\"常州市天宁区人民法院\",\"1\""))
        gateway.stop()
        gateway.remove()
    }
}
