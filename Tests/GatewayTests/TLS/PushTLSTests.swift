import Foundation
import Testing
import Transport

/// Pushes to receivers that are not ours: `openssl s_server`, which refuses in the handshake.
@Suite struct PushTLSTests {
    /// Runs a receiver while `body` is under way, and says at which port.
    private static func receiving<Result>(
        _ shop: CertificateWorkshop, _ arguments: [String], _ body: (Int) async throws -> Result
    ) async throws -> Result {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments =
            ["s_server", "-accept", "127.0.0.1:0", "-cert", "server.pem", "-key", "server.key", "-www"] + arguments
        process.currentDirectoryURL = shop.folder
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        var said = ""
        while !said.hasSuffix("\n") || !said.contains("ACCEPT ") {
            guard let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty else { break }
            said += String(decoding: byte, as: UTF8.self)
        }
        let port = said.split(separator: ":").last.flatMap {
            Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return try await body(try #require(port, "\(said)"))
    }

    private static func outcome(
        _ port: Int, _ shop: CertificateWorkshop, _ change: (inout OutgoingRequest) -> Void = { _ in }
    ) async -> String {
        let client = HTTPClient()
        var request = OutgoingRequest(
            method: "GET", url: "https://127.0.0.1:\(port)/", headers: [], body: [], timeout: .seconds(60))
        request.authorities = shop.path("root.pem")
        change(&request)
        do throws(HTTPClientError) {
            let status = try await client.send(request).status
            await client.close()
            return "\(status)"
        } catch {
            await client.close()
            return error.code
        }
    }

    private static func workshop() throws -> CertificateWorkshop {
        let shop = try CertificateWorkshop()
        for name in ["root", "strange"] { try shop.authority(name) }
        try shop.certificate("server", of: "root", for: "serverAuth")
        try shop.certificate("gateway", of: "root", for: "clientAuth")
        try shop.certificate("foreign", of: "strange", for: "clientAuth")
        return shop
    }

    @Test(arguments: [[], ["-tls1_2"]])
    func `a receiver that wants our certificate gets it, and refusals are told as what they are`(
        version: [String]
    ) async throws {
        let shop = try Self.workshop()
        try await Self.receiving(shop, ["-Verify", "2", "-verify_return_error", "-CAfile", "root.pem"] + version) {
            port in
            func showing(_ name: String) async -> String {
                await Self.outcome(port, shop) {
                    $0.clientCertificate = shop.path("\(name).pem")
                    $0.clientKey = shop.path("\(name).key")
                }
            }
            #expect(await showing("gateway") == "200")
            #expect(await Self.outcome(port, shop) == "ownCertificateRefused")
            #expect(await showing("foreign") == "ownCertificateRefused")
            #expect(await showing("nobody") == "ownCertificateUnusable")
        }
    }

    @Test func `a receiver with another key than the pinned one, of another authority or too old is not told anything`()
        async throws
    {
        let shop = try Self.workshop()
        let digest = Digest.sha256(
            [UInt8](
                try #require(
                    Data(
                        base64Encoded: try shop.openssl(["x509", "-in", "server.pem", "-noout", "-pubkey"]).split(
                            separator: "\n"
                        ).dropFirst().dropLast().joined()))))
        try await Self.receiving(shop, []) { port in
            #expect(
                await Self.outcome(port, shop) { $0.pinnedKey = "sha256//" + Data(digest).base64EncodedString() }
                    == "200")
            #expect(
                await Self.outcome(port, shop) {
                    $0.pinnedKey = "sha256//" + Data(repeating: 7, count: 32).base64EncodedString()
                } == "otherPinnedKey")
            #expect(
                await Self.outcome(port, shop) { $0.authorities = shop.path("strange.pem") }
                    == "certificateNotTrusted")
        }
        try await Self.receiving(shop, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]) { port in
            #expect(await Self.outcome(port, shop) == "tlsFailed")
        }
    }
}
