import Foundation
import Messaging
import Storage
import Testing

@testable import gateway

private let password = "correct horse battery"

@Suite struct UsersCommandTests {
    @Test func `accounts are kept from the command line and passwords never stand in the store`() throws {
        let gateway = try GatewayProcess()
        let config = gateway.folder.appending(path: "gateway.xml").path
        let file = gateway.folder.appending(path: "password").path
        try (password + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        func users(_ words: String...) throws -> (code: Int32, output: String) {
            try GatewayProcess.run(["users"] + words + ["--config", config])
        }
        func keep(_ words: String...) throws -> Int32 {
            try GatewayProcess.run(["users"] + words + ["--reason", "岗位变动", "--config", config]).code
        }
        #expect(try keep("add", "li", "--role", "auditor", "--password-file", file) == 0)
        #expect(try keep("add", "li", "--role", "auditor", "--password-file", file) == 1)
        #expect(try keep("add", "wu", "--role", "king", "--password-file", file) == 2)
        #expect(try keep("add", "wu", "--role", "viewer", "--password", password) == 2)
        // Why is in the trail, or nothing is done.
        #expect(try users("disable", "li").code == 2)
        #expect(try users("disable", "li", "--reason", " … ").code == 2)
        #expect(try users("disable", "li", "--reason", String(repeating: "长", count: 501)).code == 2)
        #expect(try keep("disable", "li") == 0)
        #expect(try keep("role", "li", "--role", "viewer") == 0)
        #expect(try keep("disable", "nobody") == 1)
        #expect(try users("list").output.contains("li  viewer  已停用 disabled"))
        try "short\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try keep("password", "li", "--password-file", file) == 1)
        #expect(try GatewayProcess.run(["audit", "verify", "--config", config]).output.contains("3 rows"))
        let trail = try GatewayProcess.run(["audit", "export", "--config", config]).output
        #expect(trail.contains("auditor: 岗位变动") && trail.contains("viewer: 岗位变动"))
        let stored = try Data(contentsOf: gateway.folder.appending(path: "store.sqlite"))
        #expect(stored.range(of: Data(password.utf8)) == nil)
        gateway.remove()
    }

    @Test func `what a command did is sealed at its end, while no gateway runs`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        gateway.stop()
        let config = gateway.folder.appending(path: "gateway.xml").path
        let key = gateway.folder.appending(path: "store.sqlite.identity-key").path
        let words = ["add", "wu", "--role", "viewer", "--one-time", "--reason", "到岗", "--config", config]
        #expect(try GatewayProcess.run(["users"] + words).code == 0)
        let store = gateway.folder.appending(path: "store.sqlite").path
        let database = try SQLiteDatabase(path: store, maxPending: 4)
        let trail = try await SQLMessageStore(database: database)
        #expect(try await trail.auditEnd()?.head == trail.auditHead())
        #expect(try await trail.lastAuditEntry(of: .addAccount)?.seq == trail.auditHead()?.seq)
        #expect(try AuditTrailFile(besideKey: key).remembered()?.head == (try await trail.auditHead()))
        await database.close()
        try gateway.start()
        gateway.stop()
        #expect(try GatewayProcess.run(["audit", "verify", "--config", config]).output.contains("intact"))
        gateway.remove()
    }

    @Test func `an identity key that others may read, or that is empty, is refused with the remedy`() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        gateway.stop()
        let key = gateway.folder.appending(path: "store.sqlite.identity-key")
        let file = ["--config", gateway.folder.appending(path: "gateway.xml").path]
        func refused(_ says: String) throws {
            for command in [["serve"], ["check"], ["check", "--store"], ["audit", "verify"]] {
                let (code, output) = try GatewayProcess.run(command + file, complaints: true)
                #expect(code == 1 && output.contains(says), "\(command): \(output)")
            }
        }
        for mode in [0o644, 0o640, 0o604] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key.path)
            try refused("chmod 600 \(key.path)")
        }
        for mode in [0o600, 0o400] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: key.path)
            #expect(try GatewayProcess.run(["check", "--store"] + file).code == 0)
        }
        try GatewayProcess.writeKey([], to: key)
        try refused("is empty")
        gateway.remove()
    }
}
