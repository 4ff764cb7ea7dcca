import Foundation
import Messaging
import Storage
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import gateway

/// The keys of an encrypted store: what is refused, what rotation leaves, and what a damaged value does.
@Suite struct StoreKeyTests {
    private func encrypted() throws -> FlowGateway {
        try FlowGateway(settings: #"<encryption suite="aes-256-gcm" keyFile="master.key"/>"#) { folder in
            let made = try GatewayProcess.run(["keys", "master", folder.appending(path: "master.key").path])
            #expect(made.code == 0)
        }
    }

    private func command(_ flow: FlowGateway, _ words: [String]) throws -> (code: Int32, output: String) {
        try GatewayProcess.run(
            words + ["--config", flow.gateway.folder.appending(path: "gateway.xml").path], complaints: true)
    }

    private func notice(_ flow: FlowGateway, _ id: String) async throws -> JSONValue {
        try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice(id, name: PlantedRun.name), mediaType: "application/xml")
    }

    /// Works on the store's file as a hand or a disk does, without its keys.
    private func alone<Result: Sendable>(
        _ flow: FlowGateway, _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws -> Result {
        let database = try SQLiteDatabase(
            path: flow.gateway.folder.appending(path: "store.sqlite").path, maxPending: 4)
        let result = try await database.write(work)
        await database.close()
        return result
    }

    private func keyIDs(_ flow: FlowGateway) async throws -> [Int64] {
        try await alone(flow) { connection throws(StoreError) in
            try connection.query("SELECT id FROM data_key ORDER BY id", []) { row throws(StoreError) in
                try row.integer(at: 0)
            }
        }
    }

    // MARK: Refusals

    @Test func `a missing, open, malformed or other master key is refused with the remedy, and never made anew`()
        async throws
    {
        let flow = try encrypted()
        _ = try await notice(flow, "K-1")
        flow.gateway.stop()
        let key = flow.gateway.folder.appending(path: "master.key")
        let (good, settings) = (
            try Data(contentsOf: key),
            try String(contentsOf: flow.gateway.folder.appending(path: "gateway.xml"), encoding: .utf8)
        )
        func refuse(_ words: String) throws {
            for name in ["serve", "migrate", "check"] {
                let refused = try command(flow, [name])
                #expect(refused.code == 1 && refused.output.contains(words), "\(name): \(refused.output)")
            }
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: key.path)
        try refuse("chmod 600")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key.path)
        try Data("00".utf8).write(to: key)
        try refuse("64 hexadecimal digits")
        try Data(String(repeating: "0f", count: 32).utf8).write(to: key)
        try refuse("wrapped by the master key")
        try FileManager.default.removeItem(at: key)
        try refuse("cannot be read")
        let check = try command(flow, ["check"]).output
        #expect(check.components(separatedBy: key.path).count == 2 && !check.contains("failed("), "\(check)")
        #expect(!FileManager.default.fileExists(atPath: key.path))
        let file = flow.gateway.folder.appending(path: "gateway.xml")
        try settings.replacing(/<encryption[^>]*>/, with: "").write(to: file, atomically: true, encoding: .utf8)
        try refuse("the store is encrypted")
        try settings.write(to: file, atomically: true, encoding: .utf8)
        #expect(
            FileManager.default.createFile(atPath: key.path, contents: good, attributes: [.posixPermissions: 0o600]))
        try flow.gateway.start()
        #expect(try await flow.signIn("CZ-TN")["recipient"]?["name"]?.string == PlantedRun.name)
        #expect(try GatewayProcess.run(["keys", "master", key.path], complaints: true).code == 1)
        // As it would be typed elsewhere; settings are relative to their own folder.
        let other = flow.gateway.folder.appending(path: "other.key").path
        let made = try GatewayProcess.run(["keys", "master", flow.gateway.folder.path + "/./other.key"])
        #expect(made.code == 0 && made.output.contains("keyFile=\"\(other)\""), "\(made.output)")
        for same in [key.path, flow.gateway.folder.path + "/./master.key"] {
            let kept = try command(flow, ["keys", "rotate-master", "--to", same, "--reason", "定期轮换"])
            #expect(kept.code == 1 && kept.output.contains("holds the master key in force"), "\(kept.output)")
        }
        await flow.end()
    }

    @Test(arguments: [
        (#"<encryption suite="des" keyFile="k"/>"#, "suite"), (#"<encryption keyFile="k"/>"#, "suite"),
        (#"<encryption suite="sm4"/>"#, "needs keyFile or keyVariable"),
        (#"<encryption suite="sm4" keyFile="k" password="x"/>"#, "password"),
    ])
    func `mistakes in the settings are told with their line`(_ element: String, _ words: String) throws {
        let gateway = try GatewayProcess()
        try gateway.set(element)
        let check = try GatewayProcess.run(
            ["check", "--config", gateway.folder.appending(path: "gateway.xml").path], complaints: true)
        #expect(check.code == 1)
        #expect(check.output.contains(/gateway.xml:[0-9]+/) && check.output.contains(words), "\(check.output)")
        gateway.remove()
    }

    @Test func `a master key comes from the environment as well`() throws {
        let name = "MASTER_KEY_OF_A_TEST"
        let encryption = StoreEncryption(algorithm: .sm4, keyFile: nil, keyVariable: name)
        #expect(throws: StoreError.self) { try encryption.bytes() }
        setenv(name, String(repeating: "0f", count: 32) + "\n", 1)
        defer { unsetenv(name) }
        #expect(try encryption.bytes() == [UInt8](repeating: 15, count: 32))
        for text in ["", "0f", String(repeating: "0g", count: 32), String(repeating: "0f", count: 33)] {
            #expect(StoreEncryption.key(in: text) == nil)
        }
    }

    @Test func `files that others may read lose that right when the store is opened`() async throws {
        let flow = try FlowGateway()
        _ = try await notice(flow, "K-2")
        flow.gateway.kill()
        let names = ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"]
        for name in names {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o666], ofItemAtPath: flow.gateway.folder.appending(path: name).path)
        }
        #expect(try command(flow, ["check"]).output.contains("mode 666"))
        try flow.gateway.start()
        for name in names {
            let path = flow.gateway.folder.appending(path: name).path
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
        await flow.end()
    }

    // MARK: Rotation

    @Test func `keys are rotated under load, the master key too, and no old one is needed`() async throws {
        let flow = try encrypted()
        let ids = (0..<240).map { "R-\($0)" }
        let receipts = Mutex<[String: String]>([:])
        let sending = Task.detached {
            try await inConnections(4, ids) { id in
                let receipt = try await notice(flow, id)
                receipts.withLock { $0[id] = receipt["referralId"]?.string }
            }
        }
        for _ in 0..<2 {
            let rotated = try command(flow, ["keys", "rotate-data", "--reason", "定期轮换"])
            #expect(rotated.code == 0, "\(rotated.output)")
        }
        let folder = flow.gateway.folder
        let (old, new) = (folder.appending(path: "master.key"), folder.appending(path: "new.key"))
        #expect(try GatewayProcess.run(["keys", "master", new.path]).code == 0)
        let rewrapped = try command(flow, ["keys", "rotate-master", "--to", new.path, "--reason", "定期轮换"])
        #expect(rewrapped.code == 0 && rewrapped.output.contains("mv "), "\(rewrapped.output)")
        #expect(rename(new.path, old.path) == 0)
        // The running gateway learns a key that the new master key wraps.
        #expect(try command(flow, ["keys", "rotate-data", "--reason", "定期轮换"]).code == 0)
        try await sending.value
        #expect(try command(flow, ["keys", "rotate-data", "--reason", "定期轮换"]).code == 0)
        #expect(try await keyIDs(flow) == [0, 5])
        for restarts in [false, true] {
            if restarts {
                flow.gateway.stop()
                try flow.gateway.start()
            }
            for id in ids {
                let referral = receipts.withLock { $0[id] ?? "" }
                let found = try await flow.partner("court").ask("GET", "/v1/referrals/\(referral)")
                #expect(found["messageId"]?.string == id)
            }
        }
        let check = try command(flow, ["check"])
        #expect(check.code == 0, "\(check.output)")
        await flow.end()
    }

    @Test func `a rotation that was broken off goes on with its own key`() async throws {
        let flow = try encrypted()
        for number in 0..<12 { _ = try await notice(flow, "B-\(number)") }
        flow.gateway.stop()
        let configuration = try Configuration(file: flow.gateway.folder.appending(path: "gateway.xml").path)
        let database = try configuration.openFile(insteadOfServer: LocalizedText(same: ""))
        _ = try await SQLMessageStore(database: database)
        let rotation = Task { try await database.rotateDataKey { _, _ in withUnsafeCurrentTask { $0?.cancel() } } }
        await #expect(throws: StoreError.self) { try await rotation.value }
        let report = try await database.rotateDataKey { _, _ in }
        #expect(report.keyID == 2 && report.unreadable.isEmpty && report.rows > 12)
        await database.close()
        #expect(try await keyIDs(flow) == [0, 2])
        try flow.gateway.start()
        #expect(try await flow.leases("CZ-TN").count == 12)
        await flow.end()
    }

    // MARK: Damage

    private static let cutBlob = "CAST(substr(%, 1, length(%) - 1) || x'01' AS BLOB)"
    private static let cutText = "substr(%, 1, length(%) - 8) || 'AAAAAAA='"

    private func damage(_ flow: FlowGateway, _ table: String, _ column: String, where condition: String) async throws {
        let text = ["detail", "problem", "reason", "filter"].contains(column)
        let value = (text ? Self.cutText : Self.cutBlob).replacing("%", with: column)
        let changed = try await alone(flow) { connection throws(StoreError) in
            try connection.run("UPDATE \(table) SET \(column) = \(value) WHERE \(condition)", [])
        }
        #expect(changed > 0, "\(table).\(column)")
    }

    @Test func `a damaged sealed value is named, and keeps no other row from anybody`() async throws {
        let flow = try encrypted()
        let receipts = [try await notice(flow, "D-1"), try await notice(flow, "D-2")]
        let numbers = receipts.map { $0["applicationNo"]?.string ?? "" }
        for id in ["D-1", "D-2"] {
            _ = try await flow.partner("court").call(
                "POST", "/v1/referrals", body: Array("<ROOT>\(id)</ROOT>".utf8), mediaType: "application/xml")
        }
        let desk = flow.gateway.desk
        try await damage(flow, "application", "content", where: "no = '\(numbers[0])'")
        try await damage(flow, "history", "detail", where: "subject = '\(receipts[1]["referralId"]?.string ?? "")'")
        try await damage(flow, "referral", "raw", where: "id = '\(receipts[0]["referralId"]?.string ?? "")'")

        // The damaged one is an operator's, the other is there.
        let leased = try await flow.leases("CZ-TN")
        #expect(leased.compactMap { $0["applicationNo"]?.string } == [numbers[1]])
        try await damage(flow, "message", "problem", where: "problem IS NOT NULL")
        let letters = try await desk.ask("GET", "/v1/dead-letters")["deadLetters"]?.array ?? []
        #expect(letters.contains { $0["cause"]?.string?.contains("unreadablePayload") == true }, "\(letters)")
        #expect(letters.count == 3)
        #expect(letters.contains { $0["problem"]?.string?.contains("cannot be opened") == true })
        let trace = try await desk.ask("GET", "/v1/messages/D-2/trace")["timeline"]?.array ?? []
        #expect(trace.contains { $0["detail"]?.string?.contains("cannot be opened") == true })
        let document = try await desk.call(
            "POST", "/v1/messages/D-1/document", body: (["reason": "test"] as JSONValue).serialized())
        #expect(document.status == 500 || document.status == 403)
        let check = try command(flow, ["check"])
        #expect(check.code == 1)
        for place in [
            "the content of application \(numbers[0]) cannot be read",
            "referral.raw of \(receipts[0]["referralId"]?.string ?? "")", "history.detail of", "message.problem of",
        ] { #expect(check.output.contains(place), "\(place): \(check.output)") }

        let rotated = try command(flow, ["keys", "rotate-data", "--reason", "定期轮换"])
        #expect(rotated.code == 1 && rotated.output.contains("application.content of \(numbers[0])"))
        #expect(try await keyIDs(flow) == [0, 1, 2])
        #expect(try await notice(flow, "D-3")["outcome"] == "accepted")
        await flow.end()
    }
}
