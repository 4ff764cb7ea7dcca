import Foundation
import PrivatePostgreSQL
import Testing

@testable import gateway

/// The roles of `config/deploy/postgresql.sql`, as an administrator makes them.
@Suite(.enabled(if: PrivatePostgreSQL.isInstalled, Comment(rawValue: PrivatePostgreSQL.skipped)))
struct PostgreSQLRolesTests {
    @Test func `the gateway's role serves, and can change neither tables nor what was audited`() async throws {
        let server = try PrivatePostgreSQL()
        let script = repository.appending(path: "config/deploy/postgresql.sql")
        try server.runScript(script.path)
        func connection(_ role: String) -> String { "host=\(server.folder) user=\(role) dbname=legal_aid" }
        let gateway = try GatewayProcess()
        try gateway.set("<store postgresql=\"\(connection("legal_aid_owner"))\"/>")
        let (code, output) = try GatewayProcess.run(
            ["migrate", "--config", gateway.settings.path], complaints: true)
        #expect(code == 0, "\(output)")
        // What the script asks for afterwards stands in its comments.
        let then = try String(contentsOf: script, encoding: .utf8).matches(of: /(?m)^-- +(REVOKE .*;)$/).map(\.output.1)
        #expect(then.count == 2)
        for statement in then { try server.execute(String(statement), in: "legal_aid", as: "legal_aid_owner") }

        try gateway.set("<store postgresql=\"\(connection("legal_aid_gateway"))\"/>")
        try gateway.start()
        for id in ["R-1", "R-2"] {
            let answer = try await gateway.remote.call(
                "POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
            #expect(answer.status == 202)
        }
        for lease in try await gateway.institution.leases() { try await gateway.institution.acknowledge(lease) }
        #expect(gateway.stop() == 0)
        for command in [["check", "--store"], ["retention", "run", "--reason", "季度清理"], ["audit", "verify"]] {
            let (code, output) = try GatewayProcess.run(
                command + ["--config", gateway.settings.path], complaints: true)
            #expect(code == 0, "\(command): \(output)")
        }
        for deed in [
            "DELETE FROM audit", "UPDATE audit SET detail = ''", "DELETE FROM audit_seal", "DELETE FROM erasure",
            "DROP TABLE message", "ALTER TABLE message ADD x TEXT", "CREATE TABLE other (x TEXT)", "TRUNCATE audit",
            "UPDATE gateway_schema SET version = 1", "ALTER TABLE application DISABLE TRIGGER USER",
        ] {
            #expect(throws: PrivatePostgreSQL.Failure.self, "\(deed)") {
                try server.execute(deed, in: "legal_aid", as: "legal_aid_gateway")
            }
        }
        gateway.remove()
        server.stop()
    }
}
