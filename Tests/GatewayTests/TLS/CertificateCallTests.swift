import Foundation
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Certificates as credentials of the running gateway.
@Suite struct CertificateCallTests {
    private static func prepare(_ gateway: GatewayProcess, _ more: String = "") throws -> CertificateWorkshop {
        let shop = try CertificateWorkshop(in: gateway.folder.appending(path: "tls"))
        try shop.authority("root")
        try shop.certificate("server", of: "root", for: "serverAuth")
        for name in ["court", "nobody", "centre"] { try shop.certificate(name, of: "root", for: "clientAuth") }
        try shop.list(of: "root")
        try edit(
            gateway, "gateway.xml", #"<listen host="127.0.0.1" port="0"/>"#,
            #"<listen host="127.0.0.1" port="0"><tls certificate="tls/server.pem" key="tls/server.key" clientAuthorities="tls/root.pem" revocationList="tls/root.crl" \#(more)/></listen>"#
        )
        try edit(
            gateway, "credentials.xml", "</credentials>",
            """
            <partner id="court" certificateSha256="\(try shop.fingerprint("court"))"/>
            <institution code="CZ-TN" certificateSubject="CN=centre,O=天宁区人民法院"/></credentials>
            """)
        return shop
    }

    private static func edit(_ gateway: GatewayProcess, _ file: String, _ old: String, _ new: String) throws {
        let url = gateway.folder.appending(path: file)
        let text = try String(contentsOf: url, encoding: .utf8)
        try #require(text.contains(old))
        try text.replacingOccurrences(of: old, with: new).write(to: url, atomically: true, encoding: .utf8)
    }

    private static let asks = "/v1/referrals?messageId=none"

    @Test func `a certificate lets its partner in, is refused with another's token, and ends by a reload`() async throws
    {
        let gateway = try GatewayProcess()
        let shop = try Self.prepare(gateway)
        try gateway.start()
        let base = "https://127.0.0.1:\(gateway.port)"
        func asked(_ name: String?, token: String? = nil, at path: String = Self.asks) throws -> (
            status: Int, body: String
        ) {
            try shop.curl(
                base + path, showing: name, token.map { ["-H", "Authorization: Bearer \($0)"] } ?? [])
        }
        #expect(try asked("court").status == 404)
        #expect(try asked("court", token: GatewayProcess.partnerToken).status == 404)
        #expect(try asked(nil, token: GatewayProcess.partnerToken).status == 404)
        let other = try asked("court", token: "other-token")
        #expect(other.status == 403 && other.body.contains("certificate-refused"))
        #expect(try asked("nobody").status == 401 && asked(nil).status == 401)
        #expect(try asked("nobody", token: GatewayProcess.partnerToken).status == 404)
        // What is the institution's alone.
        #expect(try asked("court", at: "/v1/dead-letters").status == 403)
        #expect(try asked("centre").status == 403)

        try shop.list(of: "root", revoking: ["court"])
        try Self.edit(gateway, "credentials.xml", "certificateSubject=\"CN=centre", "certificateSubject=\"CN=other")
        gateway.reload()
        try await gateway.untilLogged("mappings and rules reloaded")
        let revoked = try asked("court")
        #expect(revoked.status == 403 && revoked.body.contains("吊销"))
        #expect(try asked("court", token: GatewayProcess.partnerToken).status == 403)
        #expect(try asked("centre").status == 401)

        let whole = try shop.bytes("server.pem")
        try Data("nonsense".utf8).write(to: shop.folder.appending(path: "server.pem"))
        gateway.reload()
        try await gateway.untilLogged("reload refused, the old set stays")
        #expect(try asked(nil, token: GatewayProcess.partnerToken).status == 404)
        gateway.stop()
        try Data(whole).write(to: shop.folder.appending(path: "server.pem"))
        let audit = try GatewayProcess.run(["audit", "export", "--config", gateway.settings.path])
        #expect(audit.code == 0 && audit.output.contains("certificate:"), "\(audit.output)")
        gateway.remove()
    }

    @Test func `mistakes in the settings of TLS are told with their line`() throws {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        let shop = try Self.prepare(gateway)
        func told() -> [String] {
            do throws(ConfigurationError) { _ = try Configuration(file: gateway.settings.path) } catch {
                return error.complaints.map(\.description)
            }
            return []
        }
        #expect(told().isEmpty)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: shop.path("server.key"))
        #expect(told().contains { $0.contains("gateway.xml:2") && $0.contains("key may be read by others") })
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: shop.path("server.key"))
        try Self.edit(gateway, "gateway.xml", "tls/root.crl", "tls/none.crl")
        #expect(told().contains { $0.contains("revocationList cannot be read") })
        try Self.edit(gateway, "gateway.xml", "tls/none.crl", "tls/root.crl\" minimum=\"1.1")
        #expect(told().contains { $0.contains("minimum") })
        try Self.edit(gateway, "gateway.xml", " minimum=\"1.1\"", "")
        try Self.edit(
            gateway, "partners.xml", "url=\"http://127.0.0.1:9/\"",
            "url=\"https://127.0.0.1:9/\" clientCertificate=\"tls/court.pem\" clientKey=\"tls/centre.key\" pinnedKey=\"abc\""
        )
        #expect(told().contains { $0.contains("clientKey is not that of clientCertificate") })
        #expect(told().contains { $0.contains("pinnedKey must be") })
    }
}
