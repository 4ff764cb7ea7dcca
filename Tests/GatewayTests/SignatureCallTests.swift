import Foundation
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import gateway

/// A client that signs by RFC 9421 as somebody else has read it.
private enum IndependentSigner {
    /// - Returns: nothing where what it needs is not installed.
    static func answer(_ task: JSONValue) throws -> JSONValue? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") else { return nil }
        process.arguments = ["-I", repository.appending(path: "Tests/GatewayTests/Independent/signatures.py").path]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(task.serialized() + [0x0A]))
        try input.fileHandleForWriting.close()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        if answer.starts(with: Data("missing".utf8)) {
            print("SKIPPED: python3-cryptography is not installed (config/apt-packages.txt names it)")
            return nil
        }
        let value = try JSONValue(parsing: [UInt8](answer))
        return value["error"] == nil ? value : nil
    }
}

@Suite struct SignatureCallTests {
    private static let body = "{\"max\":1}"

    /// A gateway whose institution has a key, which it must sign with.
    private func gateway(_ algorithm: String) throws -> (gateway: GatewayProcess, own: String) {
        let gateway = try GatewayProcess()
        let own = gateway.folder.appending(path: "cz.key").path
        let made = try GatewayProcess.run(["keys", "pair", algorithm, own])
        #expect(made.code == 0)
        let isShared = algorithm.hasPrefix("hmac")
        try add(
            #"<institution code="CZ-TN" keyId="cz-1" algorithm="\#(algorithm)" keyFile="\#(isShared ? "cz.key" : "cz.key.pub")"/>"#,
            to: gateway)
        return (gateway, try String(contentsOfFile: own, encoding: .utf8))
    }

    private func add(_ line: String, to gateway: GatewayProcess) throws {
        let file = gateway.folder.appending(path: "credentials.xml")
        try String(contentsOf: file, encoding: .utf8).replacing("</credentials>", with: "\(line)\n</credentials>")
            .write(to: file, atomically: true, encoding: .utf8)
    }

    private func signed(
        _ gateway: GatewayProcess, _ algorithm: String, _ key: String, keyID: String = "cz-1"
    ) throws -> OutgoingRequest? {
        let url = "http://127.0.0.1:\(gateway.port)/v1/queues/CZ-TN/leases"
        let task: JSONValue = [
            "act": "sign", "method": "POST", "url": .string(url), "body": .string(Self.body),
            "algorithm": .string(algorithm), "key": .string(key), "keyid": .string(keyID),
            "nonce": .string(UUID().uuidString), "created": JSONValue(Int(Date().timeIntervalSince1970)),
            "headers": [["Content-Type", "application/json"]],
        ]
        guard let fields = try IndependentSigner.answer(task)?.array else { return nil }
        return OutgoingRequest(
            method: "POST", url: url,
            headers: fields.compactMap { field in
                guard let name = field.array?.first?.string, let value = field.array?.last?.string else { return nil }
                return (name, value)
            }, body: Array(Self.body.utf8), timeout: .seconds(600))
    }

    @Test(arguments: ["hmac-sha256", "ed25519", "ecdsa-p256-sha256", "hmac-sm3"])
    func `an independent client's call is taken once, also after a restart`(algorithm: String) async throws {
        let (gateway, key) = try gateway(algorithm)
        try gateway.start()
        let client = HTTPClient()
        guard let request = try signed(gateway, algorithm, key) else { return gateway.remove() }
        #expect(try await client.send(request).status == 200)
        #expect(try await client.send(request).status == 401)
        gateway.kill()
        let port = gateway.port
        try gateway.set("<listen host=\"127.0.0.1\" port=\"\(port)\"/>")
        try gateway.start()
        #expect(try await client.send(request).status == 401)
        let fresh = try #require(try signed(gateway, algorithm, key))
        #expect(try await client.send(fresh).status == 200)
        await client.close()
        gateway.remove()
    }

    @Test(arguments: ["missing", "weak", "open to others", "of another kind"])
    func `a key that cannot be trusted stops the start, with what to do`(kind: String) throws {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        let file = gateway.folder.appending(path: "cz.key")
        let words: String
        switch kind {
        case "missing": words = "keyFile cannot be read"
        case "weak":
            try Data(count: 32).base64EncodedString().write(to: file, atomically: true, encoding: .utf8)
            words = "holds a weak secret"
        case "open to others":
            #expect(try GatewayProcess.run(["keys", "pair", "hmac-sha256", file.path]).code == 0)
            words = "may be read by others"
        default:
            try SignatureKey.make(.ed25519).own.write(to: file, atomically: true, encoding: .utf8)
            words = "holds no key of hmac-sha256"
        }
        chmod(file.path, kind == "open to others" ? 0o640 : 0o600)
        try add(
            #"<institution code="CZ-TN" keyId="cz-1" algorithm="hmac-sha256" keyFile="cz.key"/>"#, to: gateway)
        let said = try GatewayProcess.run(["serve", "--config", gateway.settings.path], complaints: true)
        #expect(said.code == 1 && said.output.contains(words), "\(said.output)")
    }

    @Test func `a reload adds and revokes keys and tokens at once, and tells what changed`() async throws {
        let (gateway, key) = try gateway("ed25519")
        try gateway.start()
        let client = HTTPClient()
        defer { gateway.remove() }
        guard let first = try signed(gateway, "ed25519", key) else { return }
        #expect(try await client.send(first).status == 200)

        // Another key beside the first, and a token.
        let second = gateway.folder.appending(path: "new.key")
        #expect(try GatewayProcess.run(["keys", "pair", "hmac-sha256", second.path]).code == 0)
        let secret = try String(contentsOf: second, encoding: .utf8)
        try add(
            "<institution code=\"CZ-TN\" keyId=\"cz-2\" algorithm=\"hmac-sha256\" keyFile=\"new.key\"/>"
                + "<operator name=\"zhao\" tokenSha256=\"\(Token.hash("zhao"))\"/>", to: gateway)
        #expect(try await gateway.operator("zhao").call("GET", "/v1/queues").status == 401)
        gateway.reload()
        try await gateway.untilLogged("key cz-2 of institution CZ-TN added")
        #expect(try await gateway.operator("zhao").call("GET", "/v1/queues").status == 200)
        for (id, algorithm, key) in [("cz-1", "ed25519", key), ("cz-2", "hmac-sha256", secret)] {
            let request = try #require(try signed(gateway, algorithm, key, keyID: id))
            #expect(try await client.send(request).status == 200)
        }

        // The old ones are taken away.
        let file = gateway.folder.appending(path: "credentials.xml")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        try lines.filter { !$0.contains("cz-1") }.map { $0.replacing("name=\"zhao\"", with: "name=\"qian\"") }
            .map { $0.replacing(Token.hash("zhao"), with: Token.hash("qian")) }.joined(separator: "\n")
            .write(to: file, atomically: true, encoding: .utf8)
        gateway.reload()
        try await gateway.untilLogged("key cz-1 of institution CZ-TN revoked")
        let old = try #require(try signed(gateway, "ed25519", key))
        #expect(try await client.send(old).status == 401)
        #expect(try await gateway.operator("zhao").call("GET", "/v1/queues").status == 401)

        // An administrator asks for it by name, and sees what changed.
        try add("<operator name=\"admin\" role=\"administrator\" tokenSha256=\"\(Token.hash("admin"))\"/>", to: gateway)
        gateway.reload()
        try await gateway.untilLogged("of operator admin added")
        try add("<partner id=\"other\" tokenSha256=\"\(Token.hash("more"))\"/>", to: gateway)
        let told = try await gateway.operator("admin").ask("POST", "/v1/reload")
        #expect(told["changes"]?.array?.compactMap(\.string).contains { $0.contains("单位 other 新增令牌") } == true)
        #expect(try await gateway.operator("auditor").call("POST", "/v1/reload").status == 403)

        // A mistake anywhere changes nothing.
        try add("<partner id=\"nobody\" tokenSha256=\"\(Token.hash("x"))\"/>", to: gateway)
        gateway.reload()
        try await gateway.untilLogged("reload refused, the old set stays")
        let refused = try await gateway.operator("admin").call("POST", "/v1/reload")
        #expect(refused.status == 409 && refused.json["detail"]?.string?.contains("no partner nobody") == true)
        let request = try #require(try signed(gateway, "hmac-sha256", secret, keyID: "cz-2"))
        #expect(try await client.send(request).status == 200)
        await client.close()
    }

    @Test func `what is pushed is signed, and an independent receiver agrees`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = folder.appending(path: "out.key")
        #expect(try GatewayProcess.run(["keys", "pair", "ecdsa-p256-sha256", key.path]).code == 0)
        let handedOut = try String(contentsOf: key.appendingPathExtension("pub"), encoding: .utf8)
        let taken = Taken()
        let server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            taken.requests.withLock { $0.append(request) }
            return HTTPResponse(status: 200)
        }
        let url = "http://127.0.0.1:\(server.port)/status?of=court"
        let gateway = try GatewayProcess(
            courtWays: """
                <returnAddress url="\(url)" timeoutSeconds="600">
                  <sign keyId="gateway-1" algorithm="ecdsa-p256-sha256" keyFile="\(key.path)"/>
                </returnAddress>
                """)
        try gateway.start()
        _ = try await gateway.remote.call(
            "POST", "/v1/referrals", body: courtNotice("S-1"), mediaType: "application/xml")
        let leases = try await gateway.institution.leases()
        if let lease = leases.first { try await gateway.institution.acknowledge(lease) }
        _ = try await eventually("a status was pushed") { taken.requests.withLock { $0.first } }
        // The test of the connection is one, too.
        let tested = try await gateway.desk.ask("POST", "/v1/partners/court/test")
        #expect(tested["status"] == 200)
        let requests = taken.requests.withLock { $0 }
        #expect(requests.contains { $0.header("X-Gateway-Ping") == "true" })
        for request in requests {
            let task: JSONValue = [
                "act": "verify", "method": .string(request.method), "url": .string(url),
                "bodyBase64": .string(Data(request.body).base64EncodedString()), "algorithm": "ecdsa-p256-sha256",
                "key": .string(handedOut),
                "headers": .array(request.headers.map { [.string($0.name), .string($0.value)] }),
            ]
            #expect(request.header("Signature") != nil)
            if let verdict = try IndependentSigner.answer(task) { #expect(verdict == true) }
        }
        gateway.remove()
        await server.stop(drain: .seconds(1))
    }
}

private final class Taken: Sendable {
    let requests = Mutex<[HTTPRequest]>([])
}
