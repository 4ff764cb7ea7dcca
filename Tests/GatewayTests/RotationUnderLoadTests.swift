import Foundation
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Something that several tasks of a test read and write.
final class Shared<Value: Sendable>: Sendable {
    private let kept: Mutex<Value>

    init(_ value: Value) { kept = Mutex(value) }

    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { kept.withLock { body(&$0) } }
}

/// Tokens, keys and certificates are replaced by reloads while calls go on, and none is refused.
@Suite struct RotationUnderLoadTests {
    /// What the callers use now.
    private struct Credential: Sendable {
        var token = GatewayProcess.institutionToken
        var signer: MessageSigner?
    }

    private func edit(_ gateway: GatewayProcess, _ old: String, _ new: String) throws {
        try TriageOverTheGateway.edit(gateway.folder.appending(path: "credentials.xml"), old, new)
    }

    @Test func `a token, a key and a certificate are rotated under load without a refused call`() async throws {
        let gateway = try GatewayProcess()
        let shop = try CertificateWorkshop(in: gateway.folder.appending(path: "tls"))
        try shop.authority("root")
        for name in ["server", "server2"] { try shop.certificate(name, of: "root", for: "serverAuth") }
        try TriageOverTheGateway.edit(
            gateway.folder.appending(path: "gateway.xml"), #"<listen host="127.0.0.1" port="0"/>"#,
            #"<listen host="127.0.0.1" port="0"><tls certificate="tls/server.pem" key="tls/server.key"/></listen>"#)
        try gateway.start()
        let (port, root) = (gateway.port, shop.path("root.pem"))
        let inUse = Shared(Credential())
        let done = Shared(false)
        let answered = Shared<[Int: Int]>([:])

        /// Calls by turns by token and by signature, over connections that stay and over new ones.
        @Sendable func load(_ index: Int) async throws {
            var client = HTTPClient()
            var turn = 0
            while !done.withLock({ $0 }) {
                turn += 1
                let credential = inUse.withLock { $0 }
                let url = "https://127.0.0.1:\(port)/v1/queues/CZ-TN/leases"
                let (body, type) = (Array("{\"max\":1}".utf8), ("Content-Type", "application/json"))
                var headers = [type, ("Authorization", "Bearer \(credential.token)")]
                if turn.isMultiple(of: 2), let signer = credential.signer {
                    let fields = signer.fields(
                        method: "POST", url: url, headers: [type], body: body, at: Instant(Date()),
                        nonce: UUID().uuidString)
                    headers = [type] + (try #require(fields)).map { ($0.name, $0.value) }
                }
                var request = OutgoingRequest(
                    method: "POST", url: url, headers: headers, body: body, timeout: .seconds(600))
                request.authorities = root
                let status = try await client.send(request).status
                answered.withLock { $0[status, default: 0] += 1 }
                if index.isMultiple(of: 2) {
                    await client.close()
                    client = HTTPClient()
                }
            }
            await client.close()
        }

        /// Puts it in force, and lets some calls be made.
        func reload(_ words: String) async throws {
            let told = gateway.logged.ranges(of: words).count
            gateway.reload()
            _ = try await eventually("the log said: \(words)") {
                gateway.logged.ranges(of: words).count > told ? true : nil
            }
            let before = answered.withLock { $0.values.reduce(0, +) }
            _ = try await eventually("calls went on") {
                answered.withLock { $0.values.reduce(0, +) } > before + 20 ? true : nil
            }
        }

        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<4 { group.addTask { try await load(index) } }
            var former = ""
            for round in 1...3 {
                let file = gateway.folder.appending(path: "k\(round).key")
                #expect(try GatewayProcess.run(["keys", "pair", "ed25519", file.path]).code == 0)
                let key = try SignatureKey(
                    .ed25519, text: try String(contentsOf: file, encoding: .utf8), isPrivate: true)
                let line =
                    #"<institution code="CZ-TN" keyId="k\#(round)" algorithm="ed25519" keyFile="k\#(round).key.pub"/>"#
                    + #"<institution code="CZ-TN" tokenSha256="\#(Token.hash("token-\(round)"))"/>"#
                // The new ones beside the old ones, then the callers take them, then the old ones go.
                try edit(gateway, "</credentials>", line + "</credentials>")
                try await reload("key k\(round) of institution CZ-TN added")
                inUse.withLock {
                    $0 = Credential(token: "token-\(round)", signer: MessageSigner(key: key, keyID: "k\(round)"))
                }
                // Calls that were made by the old ones are answered before those end.
                let before = answered.withLock { $0.values.reduce(0, +) }
                _ = try await eventually("the callers have changed over") {
                    answered.withLock { $0.values.reduce(0, +) } > before + 20 ? true : nil
                }
                if !former.isEmpty {
                    try edit(gateway, former, "")
                    try await reload("key k\(round - 1) of institution CZ-TN revoked")
                }
                former = line
                let next = round.isMultiple(of: 2) ? "server" : "server2"
                try TriageOverTheGateway.edit(
                    gateway.folder.appending(path: "gateway.xml"),
                    round.isMultiple(of: 2)
                        ? #"certificate="tls/server2.pem" key="tls/server2.key""#
                        : #"certificate="tls/server.pem" key="tls/server.key""#,
                    #"certificate="tls/\#(next).pem" key="tls/\#(next).key""#)
                try await reload("the listener's TLS changed")
            }
            done.withLock { $0 = true }
            try await group.waitForAll()
        }
        let statuses = answered.withLock { $0 }
        #expect(statuses.keys.sorted() == [200], "\(statuses)")
        // What was taken away is refused at once.
        #expect(
            try shop.curl("https://127.0.0.1:\(port)/v1/queues", ["-H", "Authorization: Bearer token-2"]).status == 401)
        gateway.stop()
        gateway.remove()
    }
}
