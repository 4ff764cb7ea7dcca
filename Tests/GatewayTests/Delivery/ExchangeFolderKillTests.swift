import Foundation
import StrictJSON
import Testing

@testable import gateway

@Suite struct ExchangeFolderKillTests {
    @Test func `what was taken before a kill is taken once, and every file gets its receipt`() async throws {
        let home = try ExchangeHome()
        defer { home.remove() }
        let gateway = try GatewayProcess(courtWays: home.element)
        let count = 150
        for number in 0..<count { try home.put("f\(1000 + number).xml", courtNotice("X-\(number)")) }
        // Killed twice in the middle, wherever that is.
        for share in [20, 70] {
            try gateway.start()
            try await eventually("\(share) are answered") { home.names("out").count < share ? nil : true }
            gateway.kill()
        }
        try gateway.start()
        try await eventually("all are taken") { home.names("archive").count == count ? true : nil }
        #expect(home.names("in").isEmpty && home.names("in/.gateway-claimed").isEmpty)
        #expect(home.names("error").isEmpty)
        let receipts = home.names("out")
        #expect(receipts.count == count)
        #expect(receipts.allSatisfy { $0.hasSuffix(".xml.receipt.xml") })
        var leased: [String] = []
        while true {
            let leases = try await gateway.institution.leases()
            for lease in leases where lease.at("application.source.messageId") == "X-0" {
                try await gateway.institution.acknowledge(lease)
            }
            let batch = leases.compactMap { $0.at("application.source.messageId")?.string }
            if batch.isEmpty { break }
            leased += batch
        }
        #expect(leased.sorted() == (0..<count).map { "X-\($0)" }.sorted())
        // The receipt is the one that the store keeps, not another of a second taking.
        for number in [0, 19, 20, 69, 70, count - 1] {
            let kept = try await gateway.remote.ask("GET", "/v1/referrals?messageId=X-\(number)")
            let id = kept["referralId"]?.string ?? "-"
            #expect(home.text("out/f\(1000 + number).xml.receipt.xml").contains(id))
        }
        // And the status comes out as a file of a stable name.
        let first = try await gateway.remote.ask("GET", "/v1/referrals?messageId=X-0")
        let applicationNo = first["applications"]?[0]?["applicationNo"]?.string ?? ""
        _ = try await gateway.institution.ask(
            "POST", "/v1/applications/\(applicationNo)/status",
            body: Array(#"{"event":"assign","assignment":{"lawyer":"测律师","unit":"测试律所","phone":"0519-80000010"}}"#.utf8)
        )
        func isAssigned(_ file: String) -> Bool {
            file.hasSuffix(".status.xml") && home.text("out/\(file)").contains("<JGZT>12</JGZT>")
        }
        try await eventually("the status is out") { home.names("out").first(where: isAssigned) }
        gateway.stop()
        gateway.remove()
    }
}
