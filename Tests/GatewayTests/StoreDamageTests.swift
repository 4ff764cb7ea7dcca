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
                $0.integer(at: 0)
            }
            return (page.first ?? 0, try connection.query("PRAGMA page_size", []) { $0.integer(at: 0) }.first ?? 0)
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
        #expect(ready.json["status"] == "not ready" && ready.json["store"] == "corrupt")
        #expect(ready.json["detail"]?.string?.contains("最近一次备份") == true)
        #expect(try await gateway.remote.call("GET", "/healthz").status == 200)
        let metrics = String(decoding: try await gateway.desk.download("/metrics"), as: UTF8.self)
        #expect(metrics.contains("gateway_store_damaged 1"))
        let alerts = try await gateway.desk.ask("GET", "/v1/alerts")["alerts"]?.array ?? []
        let alert = try #require(alerts.first { $0["alert"] == "storeDamaged" })
        #expect(alert["subject"]?.string?.hasSuffix(" store") == true)
        #expect(alert["text"] == "存储文件已损坏。" && alert["advice"]?.string?.isEmpty == false)
        let viewer = try await ConsoleVisitor.add("li", "viewer", to: gateway, language: "en")
        #expect(try await viewer.get("/").html.contains("store damaged"))
        await viewer.leave()
        gateway.stop()
        gateway.remove()
    }
}
