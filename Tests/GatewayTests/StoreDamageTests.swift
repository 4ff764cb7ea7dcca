import Foundation
import Messaging
import Storage
import StrictJSON
import Testing

@testable import gateway

/// A store whose file is too large to be read through before it opens, with a page that the disk has lost.
@Suite struct StoreDamageTests {
    /// Fills the file past what is read before opening, then overwrites the root page of a table that nothing asks for
    /// at the start.
    private func damage(_ gateway: GatewayProcess) async throws {
        let file = gateway.folder.appending(path: "store.sqlite")
        let database = try SQLiteDatabase(path: file.path, maxPending: 4)
        try await database.write { connection throws(StoreError) in
            _ = try connection.run(
                """
                INSERT INTO evidence (id, person, content, partner, received_at, keep_until)
                VALUES ('E', 'P', zeroblob(?), 'court', 0, ?)
                """, [.integer(70 << 20), .integer(.max)])
        }
        let (page, bytes) = try await database.read { connection throws(StoreError) in
            let page = try connection.query("SELECT rootpage FROM sqlite_schema WHERE name = 'drift_code'", []) {
                row throws(StoreError) in try row.integer(at: 0)
            }
            return (
                page.first ?? 0,
                try connection.query("PRAGMA page_size", []) { row throws(StoreError) in try row.integer(at: 0) }.first
                    ?? 0
            )
        }
        await database.close()
        try #require(page > 1 && bytes > 0)
        let handle = try FileHandle(forUpdating: file)
        try handle.seek(toOffset: UInt64((page - 1) * bytes))
        try handle.write(contentsOf: Data(repeating: 0xFF, count: Int(bytes)))
        try handle.close()
    }

    @Test func `a gateway whose store is found damaged is not ready, says why, and rings`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        gateway.stop()
        try await damage(gateway)
        try gateway.start()
        try await gateway.untilLogged("\"storeDamaged\"")

        let ready = try await gateway.remote.call("GET", "/readyz")
        #expect(ready.status == 503)
        #expect(ready.json["status"] == "not ready" && ready.json["store"] == "damaged")
        #expect(ready.json["detail"]?.string?.contains("最近一次备份") == true)
        #expect(try await gateway.remote.call("GET", "/healthz").status == 200)
        #expect(
            try await gateway.remote.call(
                "POST", "/v1/referrals", body: courtNotice("D-1"), mediaType: "application/xml"
            ).status == 503)
        let metrics = String(decoding: try await gateway.desk.download("/metrics"), as: UTF8.self)
        #expect(metrics.contains("gateway_store_fault{fault=\"damaged\"} 1"))
        let alert = try await eventually("the alert is open") {
            try await gateway.desk.ask("GET", "/v1/alerts")["alerts"]?.array?.first { $0["alert"] == "storeDamaged" }
        }
        #expect(alert["subject"]?.string?.hasSuffix(" store") == true)
        #expect(alert["text"] == "存储文件已损坏。" && alert["advice"]?.string?.isEmpty == false)
        let viewer = try await ConsoleVisitor.add("li", "viewer", to: gateway, language: "en")
        #expect(try await viewer.get("/").html.contains("store damaged"))
        await viewer.leave()
        gateway.stop()
        gateway.remove()
    }

    /// A file, and what is done to it while the gateway runs.
    @Test(arguments: [
        ("store.sqlite", "removed"), ("store.sqlite-wal", "removed"), ("store.sqlite", "replaced"),
    ])
    func `nothing is acknowledged into a file that is not there any more`(name: String, deed: String) async throws {
        let gateway = try GatewayProcess()
        try gateway.set(#"<alerts everySeconds="5" settleSeconds="0"/>"#)
        try gateway.start()
        let court = gateway.remote
        #expect(
            try await court.call("POST", "/v1/referrals", body: courtNotice("T-1"), mediaType: "application/xml").status
                == 202)
        let file = gateway.folder.appending(path: name)
        let aside = gateway.folder.appending(path: "aside")
        try FileManager.default.moveItem(at: file, to: aside)
        if deed == "replaced" { try FileManager.default.copyItem(at: aside, to: file) }
        let refused = try await court.call(
            "POST", "/v1/referrals", body: courtNotice("T-2"), mediaType: "application/xml")
        #expect(refused.status == 503 && refused.json["type"]?.string?.hasSuffix("store-unavailable") == true)
        let ready = try await court.call("GET", "/readyz")
        #expect(ready.status == 503 && ready.json["store"] == "lost")
        #expect(ready.json["detail"]?.string?.contains("-wal") == true)
        try await gateway.untilLogged("\"alert\":\"storeLost\"")
        let metrics = String(decoding: try await gateway.desk.download("/metrics"), as: UTF8.self)
        #expect(metrics.contains("gateway_store_fault{fault=\"lost\"} 1"))
        try await eventually("the alert is open") {
            try await gateway.desk.ask("GET", "/v1/alerts")["alerts"]?.array?.contains { $0["alert"] == "storeLost" }
                == true ? true : nil
        }
        // Put back, it takes again, and has all that was acknowledged.
        if deed == "replaced" { try FileManager.default.removeItem(at: file) }
        try FileManager.default.moveItem(at: aside, to: file)
        #expect(try await court.call("GET", "/readyz").status == 200)
        #expect(
            try await court.call("POST", "/v1/referrals", body: courtNotice("T-2"), mediaType: "application/xml").status
                == 202)
        gateway.stop()
        try gateway.start()
        #expect(try await gateway.institution.leases().count == 2)
        gateway.stop()
        gateway.remove()
    }
}
