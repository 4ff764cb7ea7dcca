import Foundation
import StrictJSON
import Synchronization
import Testing
import Vocabulary

@testable import Transport

private let court = Caller(role: .partner, id: "court")
private let police = Caller(role: .partner, id: "police")

private func bytes(_ base64: String) -> [UInt8] { Data(base64Encoded: base64).map { [UInt8]($0) } ?? [] }

private func publicKey(_ base64: String) -> String {
    "-----BEGIN PUBLIC KEY-----\n\(base64)\n-----END PUBLIC KEY-----\n"
}

/// The keys and messages of RFC 9421, appendix B.
@Suite struct PublishedSignatureTests {
    private let secret =
        "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
    private let ed25519 = publicKey("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    private let p256 = publicKey(
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ=="
    )

    private func request(_ input: String, _ signature: String) -> HTTPRequest {
        var request = HTTPRequest(
            method: "POST", path: "/foo", query: [],
            headers: [
                ("Host", "example.com"), ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
                ("Content-Type", "application/json"),
                (
                    "Content-Digest",
                    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
                ), ("Content-Length", "18"), ("Signature-Input", input), ("Signature", signature),
            ], body: Array("{\"hello\": \"world\"}".utf8))
        request.target = "/foo?param=Value&Pet=dog"
        return request
    }

    private func isRight(_ request: HTTPRequest, _ key: SignatureKey) throws -> Bool {
        let input = try #require(try SignatureInput.all(of: request).first)
        let base = try #require(input.base(of: request, scheme: "https"))
        return key.verifies(input.signature, of: base)
    }

    @Test func `a request under the shared secret (B.2.5)`() throws {
        let signed = request(
            "sig-b25=(\"date\" \"@authority\" \"content-type\");created=1618884473;keyid=\"test-shared-secret\"",
            "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:")
        #expect(try isRight(signed, SignatureKey(.hmacSHA256, text: secret)))
    }

    @Test func `a request under the Ed25519 key (B.2.6)`() throws {
        let signed = request(
            "sig-b26=(\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\");created=1618884473;keyid=\"test-key-ed25519\"",
            "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:")
        #expect(try isRight(signed, SignatureKey(.ed25519, text: ed25519)))
        #expect(ContentDigest.judge(signed.joined("Content-Digest") ?? "", of: signed.body) == .agrees)
    }

    @Test func `a response under the P-256 key (B.2.4)`() throws {
        let digest =
            "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"
        let base = """
            "@status": 200
            "content-type": application/json
            "content-digest": \(digest)
            "content-length": 23
            "@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"
            """
        let signature = "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="
        let key = try SignatureKey(.ecdsaP256SHA256, text: p256)
        #expect(key.verifies(bytes(signature), of: Array(base.utf8)))
        #expect(ContentDigest.judge(digest, of: Array("{\"message\": \"good dog\"}".utf8)) == .agrees)
    }

    @Test func `the example of GB/T 32918.5`() throws {
        func raw(_ hex: String) -> [UInt8] {
            stride(from: 0, to: hex.count, by: 2).compactMap { at in
                UInt8(hex.dropFirst(at).prefix(2), radix: 16)
            }
        }
        let info = raw(
            "3059301306072a8648ce3d020106082a811ccf5501822d03420004"
                + "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                + "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13")
        let signature = raw(
            "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
                + "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa")
        let key = try SignatureKey(.sm2SM3, text: publicKey(Data(info).base64EncodedString()))
        #expect(key.verifies(signature, of: Array("message digest".utf8)))
        #expect(!key.verifies(signature, of: Array("message digesT".utf8)))
    }
}

/// A door that takes signed calls of one key, at a time of its own.
private struct Door {
    let now = Instant(milliseconds: 1_800_000_000_000)
    let algorithm: SignatureAlgorithm
    let own: SignatureKey
    private let router: Router
    private let used = UsedNonces()

    private final class UsedNonces: Sendable {
        let values = Mutex<Set<VerifiedSignature>>([])
    }

    init(
        _ algorithm: SignatureAlgorithm = .hmacSHA256, mustSign: Bool = true, from: Instant? = nil,
        until: Instant? = nil
    ) throws {
        self.algorithm = algorithm
        let texts = try SignatureKey.make(algorithm)
        own = try SignatureKey(algorithm, text: texts.own, isPrivate: true)
        let key = try SignatureKey(algorithm, text: texts.handedOut)
        let now = now
        let doorkeeper = Doorkeeper(
            callers: ["court": court, "police": police].reduce(into: [:]) {
                $0[Digest.hex(Digest.sha256(Array($1.key.utf8)))] = $1.value
            },
            verifier: SignatureVerifier(keys: [
                "k1": .init(caller: court, key: key, from: from, until: until)
            ]), mustSign: mustSign ? [court] : [], now: { now })
        router = Router(
            routes: [
                Route("POST", "/v1/things", for: .partner) { request, _ in
                    HTTPResponse(status: 200, body: request.body)
                },
                Route("GET", "/v1/things", for: .partner) { _, _ in HTTPResponse(status: 200) },
            ], doorkeeper: doorkeeper,
            spend: { [used] signature in used.values.withLock { $0.insert(signature).inserted } },
            explain: { _, _ in Problem(.internalError, zh: "", en: "") })
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse { await router.respond(to: request) }

    static let body = Array("{\"a\": 1}".utf8)

    /// Signed by the letter, but for what is said otherwise.
    func request(
        _ components: [String] = [
            "@method", "@authority", "@path", "@query", "content-type", "content-digest",
        ], created: Int64 = 0, nonce: String? = "nonce-0001", keyID: String = "k1", by other: SignatureKey? = nil,
        more: [(String, StructuredItem)] = [], token: String? = nil
    ) throws -> HTTPRequest {
        var request = HTTPRequest(
            method: "POST", path: "/v1/things", query: [("a", "b")],
            headers: [
                ("Host", "gateway.example"), ("Content-Type", "application/json"),
                ("Content-Digest", ContentDigest.value(of: Self.body)),
            ] + (token.map { [("Authorization", "Bearer \($0)")] } ?? []), body: Self.body)
        request.target = "/v1/things?a=b"
        let pairs =
            [("created", StructuredItem.integer(now.milliseconds / 1000 + created)), ("keyid", .string(keyID))]
            + (nonce.map { [("nonce", .string($0))] } ?? []) + more
        let parameters = StructuredParameters(pairs: pairs.map { (name: $0.0, value: $0.1) })
        let input = SignatureInput(label: "sig", components: components, parameters: parameters, signature: [])
        let base = try #require(input.base(of: request, scheme: "http"))
        let signature = try #require((other ?? own).sign(base))
        return request.with([
            ("Signature-Input", "sig=\(SignatureInput.parameters(components, parameters))"),
            ("Signature", "sig=\(StructuredItem.bytes(signature).serialized)"),
        ])
    }
}

extension HTTPRequest {
    /// With fields in the place of those of the same name, and more of them.
    fileprivate func with(
        _ fields: [(name: String, value: String)], method: String? = nil, target: String? = nil,
        body: [UInt8]? = nil
    ) -> HTTPRequest {
        let kept = headers.filter { one in !fields.contains { $0.name == one.name } }
        var changed = HTTPRequest(
            method: method ?? self.method, path: path, query: query, headers: kept + fields, body: body ?? self.body)
        changed.target = target ?? self.target
        return changed
    }
}

@Suite struct SignedCallTests {
    @Test(arguments: SignatureAlgorithm.allCases)
    func `what was signed is taken once, and with any bit changed never`(algorithm: SignatureAlgorithm) async throws {
        let door = try Door(algorithm)
        let request = try door.request()
        var shapes: Set<[UInt8]> = []
        for (name, changed) in Self.everyBit(of: request) {
            let answer = await door.answer(changed)
            #expect(answer.status == 401, "\(name)")
            shapes.insert(answer.body)
        }
        #expect(shapes.count == 1)
        #expect(await door.answer(request).status == 200)
        let again = await door.answer(request)
        #expect(again.status == 401 && shapes.contains(again.body))
    }

    /// The request with each bit of what is signed turned over, one by one. The method and the path themselves would find no
    /// call, so they are changed in what is signed only.
    private static func everyBit(of request: HTTPRequest) -> [(String, HTTPRequest)] {
        func flipped(_ bytes: [UInt8]) -> [[UInt8]] {
            (0..<bytes.count * 8).map { bit in
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                return changed
            }
        }
        var found: [(String, HTTPRequest)] = flipped(request.body).map { ("body", request.with([], body: $0)) }
        for name in ["Content-Type", "Content-Digest", "Signature", "Signature-Input", "Host"] {
            let value = Array((request.header(name) ?? "").utf8)
            for bytes in flipped(value) {
                guard let text = String(validating: bytes, as: UTF8.self) else { continue }
                // Letter case is none of a host's name.
                if name == "Host", text.lowercased() == request.header(name) { continue }
                found.append(("\(name): \(text)", request.with([(name, text)])))
            }
        }
        for bytes in flipped(Array(request.target.utf8)) {
            guard let text = String(validating: bytes, as: UTF8.self) else { continue }
            found.append((text, request.with([], target: text)))
        }
        found.append(("another method", request.with([], method: "GET")))
        found.append(("a body taken away", request.with([], body: [])))
        found.append(("packed, they say", request.with([("Content-Encoding", "identity")])))
        return found
    }

    @Test(arguments: ["@method", "@authority", "@path", "@query", "content-type", "content-digest"])
    func `each component must be covered`(missing: String) async throws {
        let door = try Door()
        let all = ["@method", "@authority", "@path", "@query", "content-type", "content-digest"]
        #expect(await door.answer(try door.request(all.filter { $0 != missing })).status == 401)
        // Whatever else is covered besides, and in whatever order.
        #expect(await door.answer(try door.request(all.reversed() + ["host"])).status == 200)
        let uri = try door.request(
            ["@method", "@target-uri", "content-type", "content-digest"], nonce: "nonce-0002")
        #expect(await door.answer(uri).status == 200)
    }

    @Test func `a signature is taken within its time, with its key in force, and not before`() async throws {
        let door = try Door()
        for (created, status) in [(-301, 401), (301, 401), (-299, 200), (299, 200)] as [(Int64, Int)] {
            #expect(await door.answer(try door.request(created: created, nonce: "nonce\(created)")).status == status)
        }
        let seconds = door.now.milliseconds / 1000
        for (expires, status) in [(seconds - 1, 401), (seconds + 1, 200)] {
            let request = try door.request(nonce: "expires-\(expires)", more: [("expires", .integer(expires))])
            #expect(await door.answer(request).status == status)
        }
        let (before, after) = (door.now.advanced(seconds: -1), door.now.advanced(seconds: 1))
        for (from, until, status) in [
            (before, after, 200), (after, nil, 401), (nil, before, 401), (before, nil, 200),
        ] as [(Instant?, Instant?, Int)] {
            let door = try Door(from: from, until: until)
            #expect(await door.answer(try door.request()).status == status)
        }
    }

    @Test func `what is not there, or another's, is refused, always in the same words`() async throws {
        let door = try Door()
        let other = try Door()
        let right = try door.request()
        let wrong: [HTTPRequest] = [
            try door.request(keyID: "k2"), try door.request(by: other.own), try door.request(nonce: nil),
            try door.request(nonce: "short"), try door.request(more: [("alg", .string("ed25519"))]),
            try door.request(more: [("alg", .integer(1))]), try door.request(token: "police"),
            right.with([("Signature", "other=:AAAA:")]), right.with([("Signature-Input", "sig=()")]),
            right.with([("Signature-Input", "sig=(\"@method\";req);created=1;keyid=\"k1\"")]),
            right.with([("Signature", "")]), right.with([("Signature-Input", "")]),
        ]
        var shapes: Set<[UInt8]> = []
        for request in wrong {
            let answer = await door.answer(request)
            #expect(answer.status == 401 && answer.header("Accept-Signature") != nil)
            shapes.insert(answer.body)
        }
        #expect(shapes.count == 1)
        var plain = HTTPRequest(
            method: "GET", path: "/v1/things", query: [], headers: [("Authorization", "Bearer court")], body: [])
        plain.target = "/v1/things"
        #expect(await door.answer(plain).status == 401)
        #expect(await door.answer(try door.request(token: "court")).status == 200)
        let lenient = try Door(mustSign: false)
        #expect(await lenient.answer(plain).status == 200)
        // Where one is shown it must be right.
        #expect(await lenient.answer(try lenient.request(by: other.own, token: "court")).status == 401)
    }

    @Test func `what the gateway signs, it takes`() async throws {
        for algorithm in SignatureAlgorithm.allCases {
            let door = try Door(algorithm)
            let fields = [(name: "Content-Type", value: "text/xml"), (name: "Idempotency-Key", value: "E-1")]
            let signature = try #require(
                MessageSigner(key: door.own, keyID: "k1").fields(
                    method: "POST", url: "http://Gateway.example:80/v1/things?a=%20b", headers: fields,
                    body: Door.body, at: door.now, nonce: "0123456789"))
            var request = HTTPRequest(
                method: "POST", path: "/v1/things", query: [],
                headers: fields + signature + [("Host", "gateway.example")], body: Door.body)
            request.target = "/v1/things?a=%20b"
            #expect(await door.answer(request).status == 200, "\(algorithm)")
        }
    }

    @Test func `weak and foreign keys are told`() throws {
        let zeros = Data(repeating: 0, count: 32).base64EncodedString()
        let short = Data((0..<31).map { UInt8($0) }).base64EncodedString()
        for text in [zeros, short] {
            #expect(throws: SignatureKey.Mistake.weak) { try SignatureKey(.hmacSHA256, text: text) }
        }
        let p256 = try SignatureKey.make(.ecdsaP256SHA256).handedOut
        for algorithm in [SignatureAlgorithm.ed25519, .sm2SM3, .hmacSM3] {
            #expect(throws: SignatureKey.Mistake.unreadable) { try SignatureKey(algorithm, text: p256) }
        }
        let own = try SignatureKey.make(.ed25519).own
        #expect(throws: SignatureKey.Mistake.unreadable) { try SignatureKey(.ed25519, text: own) }
    }

    @Test func `a digest that is given must be the body's, signed or not`() async throws {
        let door = try Door(mustSign: false)
        func send(_ digest: String) async -> Int {
            await door.answer(
                HTTPRequest(
                    method: "POST", path: "/v1/things", query: [],
                    headers: [("Authorization", "Bearer court"), ("Content-Digest", digest)], body: Door.body)
            ).status
        }
        #expect(await send(ContentDigest.value(of: Door.body)) == 200)
        #expect(await send(ContentDigest.value(of: [1])) == 400)
        let sm3 = "sm3=:\(Data(Digest.sm3(Door.body)).base64EncodedString()):"
        #expect(await send(sm3) == 200)
        #expect(await send("\(sm3), \(ContentDigest.value(of: [1]))") == 400)
        // One that is not known tells nothing.
        #expect(await send("md5=:AAAA:") == 200)
    }
}
