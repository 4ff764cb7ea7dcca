import Foundation
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
        #expect(try users("add", "li", "--role", "auditor", "--password-file", file).code == 0)
        #expect(try users("add", "li", "--role", "auditor", "--password-file", file).code == 1)
        #expect(try users("add", "wu", "--role", "king", "--password-file", file).code == 2)
        #expect(try users("add", "wu", "--role", "viewer", "--password", password).code == 2)
        #expect(try users("disable", "li").code == 0)
        #expect(try users("role", "li", "--role", "viewer").code == 0)
        #expect(try users("disable", "nobody").code == 1)
        #expect(try users("list").output.contains("li  viewer  已停用 disabled"))
        try "short\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try users("password", "li", "--password-file", file).code == 1)
        #expect(try GatewayProcess.run(["audit", "verify", "--config", config]).output.contains("3 rows"))
        let stored = try Data(contentsOf: gateway.folder.appending(path: "store.sqlite"))
        #expect(stored.range(of: Data(password.utf8)) == nil)
        gateway.remove()
    }
}
