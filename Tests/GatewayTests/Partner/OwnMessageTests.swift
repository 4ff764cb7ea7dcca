import Foundation
import StrictJSON
import Testing

@testable import gateway

/// What a partner asks of its own messages, over loopback.
@Suite struct OwnMessageTests {
    private func list(_ remote: Remote, _ query: String = "") async throws -> [JSONValue] {
        try await remote.ask("GET", "/v1/messages\(query)")["messages"]?.array ?? []
    }

    @Test func `a partner lists its own messages with state, receipt, errors and dates, and nobody else's`()
        async throws
    {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let court = gateway.remote
        let receipt = try await court.ask(
            "POST", "/v1/referrals", body: courtNotice("A-1"), mediaType: "application/xml")
        let refused = try await court.call(
            "POST", "/v1/referrals", body: courtNotice("A-2", name: ""), mediaType: "application/xml")
        #expect(refused.status == 422)
        let id = receipt["referralId"]?.string ?? ""
        _ = try await court.ask(
            "POST", "/v1/referrals/\(id)/withdrawal", body: Array(#"{"reason":"误报"}"#.utf8))
        let all = try await list(court)
        #expect(all.count == 3)
        #expect(all.map { $0["referralId"]?.string ?? "" } == all.map { $0["referralId"]?.string ?? "" }.sorted(by: >))
        let accepted = try #require(all.last)
        #expect(accepted["receipt"]?["applicationNo"] == receipt["applicationNo"])
        #expect(accepted["state"] == "cancelled" && accepted["outcome"] == "accepted")
        #expect(accepted["kinds"] == ["notification"] && accepted["mapping"] == "court/defence-notice")
        #expect(accepted["receipt"]?["clocks"]?.array?.isEmpty == false)
        // Who withdrew what, and that it was heeded.
        let withdrawal = try #require(all.first)
        #expect(withdrawal.at("followUps")?[0]?["kind"] == "cancel")
        #expect(withdrawal.at("followUps")?[0]?["progress"] == "done")
        #expect(withdrawal.at("followUps")?[0]?["partner"] == "court")
        // The invalid one, by its id.
        let invalid = try await list(court, "?messageId=A-2")
        #expect(invalid.count == 1 && invalid.first?["state"] == "quarantined")
        #expect(invalid.first?["deadLetters"]?["open"] == 1)
        #expect(invalid.first?["receipt"]?["errors"] == refused.json["errors"])
        let found = try await court.ask("GET", "/v1/referrals?messageId=A-2")
        #expect(found["receipt"]?["errors"] == refused.json["errors"])
        // Mended under the same id, the accepted one is found first and both are listed.
        try await gateway.send(courtNotice("A-2"))
        #expect(try await list(court, "?messageId=A-2").map { $0["outcome"] } == ["accepted", "invalid"])
        #expect(try await list(court, "?messageId=A-2").last?["deadLetters"]?["mended"] == 1)
        #expect(try await court.ask("GET", "/v1/referrals?messageId=A-2")["outcome"] == "accepted")
        let other = gateway.operator("other-token")
        #expect(try await list(other).isEmpty)
        #expect(try await list(other, "?messageId=A-1").isEmpty)
        gateway.stop()
        gateway.remove()
    }

    @Test func `pages by cursor hold each message once, whatever is asked for`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let court = gateway.remote
        for number in 1...7 {
            _ = try await court.call(
                "POST", "/v1/referrals", body: courtNotice("P-\(number)", name: number % 2 == 0 ? "" : "测试甲"),
                mediaType: "application/xml")
        }
        func pages(_ query: String) async throws -> [String] {
            var found: [String] = []
            var cursor: String?
            repeat {
                let page = try await court.ask(
                    "GET", "/v1/messages?limit=2\(query)\(cursor.map { "&before=\($0)" } ?? "")")
                found += (page["messages"]?.array ?? []).compactMap { $0["messageId"]?.string }
                cursor = page["next"]?.string
            } while cursor != nil
            return found
        }
        let day = String(Date().addingTimeInterval(8 * 3600).ISO8601Format().prefix(10))
        #expect(try await pages("") == (1...7).reversed().map { "P-\($0)" })
        #expect(try await pages("&day=\(day)") == (1...7).reversed().map { "P-\($0)" })
        #expect(try await pages("&day=2020-01-01") == [])
        #expect(try await pages("&state=quarantined") == ["P-6", "P-4", "P-2"])
        #expect(try await pages("&state=queued") == ["P-7", "P-5", "P-3", "P-1"])
        #expect(try await pages("&kind=notification") == (1...7).reversed().map { "P-\($0)" })
        #expect(try await pages("&kind=lead") == [])
        for wrong in ["day=2026-02-30", "state=lost", "kind=letter", "limit=0", "q=P-1", "partner=court"] {
            #expect(try await court.call("GET", "/v1/messages?\(wrong)").status == 400, "\(wrong)")
        }
        // Operators ask in their own way.
        #expect(try await list(gateway.desk, "?q=P-1").count == 1)
        #expect(try await list(gateway.desk, "?partner=court").count == 7)
        #expect(try await gateway.desk.call("GET", "/v1/messages?state=queued").status == 400)
        #expect(try await gateway.institution.call("GET", "/v1/messages").status == 403)
        gateway.stop()
        gateway.remove()
    }

    @Test func `a partner is told which messages it may send, field by field, and no others`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let court = gateway.remote
        let mappings = try await court.ask("GET", "/v1/mappings")["mappings"]?.array ?? []
        #expect(mappings.map { $0["id"] } == ["court/defence-notice", "court/status"])
        #expect(mappings.map { $0["direction"] } == ["in", "out"])
        let fields = try await court.ask("GET", "/v1/mappings/court/defence-notice")
        #expect((fields["fields"]?.array?.count ?? 0) > 20 && (fields["codeLists"]?.array?.count ?? 0) > 2)
        #expect(try await court.call("GET", "/v1/mappings/civil-affairs/referral").status == 404)
        #expect(try await gateway.desk.call("GET", "/v1/mappings/civil-affairs/referral").status == 200)
        // All inbound ones are open to whoever has none named, and no status mapping but its own.
        let open = try await gateway.operator("other-token").ask("GET", "/v1/mappings")["mappings"]?.array ?? []
        #expect(open.count > 20 && open.allSatisfy { $0["direction"] == "in" })
        for (format, beginning) in [("markdown", "# "), ("html", "<!DOCTYPE"), ("csv", "\u{FEFF}")] {
            let table = try await court.download("/v1/mappings/court/defence-notice?format=\(format)")
            #expect(String(decoding: table, as: UTF8.self).hasPrefix(beginning), "\(format)")
        }
        #expect(try await court.call("GET", "/v1/mappings/court/defence-notice?format=pdf").status == 400)
        gateway.stop()
        gateway.remove()
    }
}
