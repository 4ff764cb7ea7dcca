import Foundation
import Synchronization
import Testing
import Transport
import Vocabulary

/// The listener over real TLS on loopback, with curl and openssl as clients that are not ours.
@Suite struct ListenerTLSTests {
    private static func material(
        _ shop: CertificateWorkshop, _ name: String = "server", mustShow: Bool = false,
        minimum: ListenerTLS.Minimum = .tls12
    ) throws -> ListenerTLS.Material {
        var material = ListenerTLS.Material(
            certificate: try shop.bytes("\(name).pem"), key: try shop.bytes("\(name).key"))
        material.clientAuthorities = try shop.bytes("root.pem")
        if FileManager.default.fileExists(atPath: shop.path("root.crl")) {
            material.revocationList = try shop.bytes("root.crl")
        }
        material.mustShow = mustShow
        material.minimum = minimum
        return material
    }

    private static func workshop() throws -> CertificateWorkshop {
        let shop = try CertificateWorkshop()
        try shop.authority("root")
        try shop.certificate("server", of: "root", for: "serverAuth")
        return shop
    }

    /// Answers with the digest of the certificate that was shown, or with why it is refused.
    private static func server(
        _ tls: ListenerTLS, _ change: (inout HTTPServerConfiguration) -> Void = { _ in },
        handler: @escaping HTTPServer.Handler = { _ in HTTPResponse(status: 204) }
    ) throws -> HTTPServer {
        var settings = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        settings.tls = tls
        change(&settings)
        return try HTTPServer(
            configuration: settings,
            admit: { head in
                let told: String
                switch head.tls {
                case .named(let certificate)?: told = certificate.sha256 + " " + certificate.subject
                case .unnamed?: told = "unnamed \(head.isSecure)"
                case .refused(let fault)?: told = fault.rawValue
                case nil: told = "plain"
                }
                guard head.path == "/who" else { return .open(Pass()) }
                return .refused(HTTPResponse(status: 200, body: Array(told.utf8)))
            }, handler: handler)
    }

    @Test func `what the library cannot read is answered by a problem over TLS too`() async throws {
        let shop = try Self.workshop()
        let server = try Self.server(try ListenerTLS(Self.material(shop))) {
            $0.problem = { HTTPResponse(status: $0, body: Array("a problem of ours".utf8)) }
        }
        let url = "https://127.0.0.1:\(server.port)/"
        for (status, more) in [
            (400, ["-X", "POST", "-H", "Content-Length: abc"]),
            (413, ["-X", "POST", "-H", "Content-Length: 1\(Int.max)"]),
            (431, ["-H", "X: " + String(repeating: "a", count: 90_000)]),
        ] {
            let answer = try shop.curl(url, more)
            #expect(answer == (status, "a problem of ours"), "\(answer)")
        }
        await server.stop(drain: .seconds(1))
    }

    @Test func `a client is known by a good certificate, and every other one is told what is wrong with it`()
        async throws
    {
        let shop = try Self.workshop()
        try shop.authority("strange")
        for name in ["court", "gone"] { try shop.certificate(name, of: "root", for: "clientAuth") }
        try shop.certificate("foreign", of: "strange", for: "clientAuth")
        try shop.certificate("wrong", of: "root", for: "serverAuth")
        try shop.certificate("old", of: "root", for: "clientAuth", days: 0)
        try shop.list(of: "root", revoking: ["gone"])
        let server = try Self.server(try ListenerTLS(Self.material(shop)))
        let url = "https://127.0.0.1:\(server.port)/who"
        let digest = try shop.fingerprint("court").lowercased().filter { $0 != ":" }
        #expect(try shop.curl(url, showing: "court").body == "\(digest) CN=court,O=天宁区人民法院")
        #expect(try shop.curl(url).body == "unnamed true")
        for (name, fault) in [
            ("foreign", "foreign"), ("wrong", "wrongPurpose"), ("old", "expired"), ("gone", "revoked"),
        ] {
            #expect(try shop.curl(url, showing: name).body == fault, "\(name)")
            #expect(try shop.curl(url, showing: name, ["--tls-max", "1.2"]).body == fault, "\(name)")
        }
        await server.stop(drain: .seconds(5))

        let strict = try Self.server(try ListenerTLS(Self.material(shop, mustShow: true)))
        #expect(try shop.curl("https://127.0.0.1:\(strict.port)/who").body == "missing")
        await strict.stop(drain: .seconds(5))
    }

    @Test func `TLS 1.1 is refused, 1.2 and 1.3 are spoken, and 1.3 alone where the settings say so`() async throws {
        let shop = try Self.workshop()
        let server = try Self.server(try ListenerTLS(Self.material(shop)))
        let modern = try Self.server(try ListenerTLS(Self.material(shop, minimum: .tls13)))
        func status(_ port: UInt16, _ version: String) throws -> Int {
            let most = ["--tlsv1.\(version)", "--tls-max", "1.\(version)", "--ciphers", "ALL:@SECLEVEL=0"]
            return try shop.curl("https://127.0.0.1:\(port)/who", most).status
        }
        #expect(try ["0", "1", "2", "3"].map { try status(server.port, $0) } == [0, 0, 200, 200])
        #expect(try ["0", "1", "2", "3"].map { try status(modern.port, $0) } == [0, 0, 0, 200])
        #expect(try shop.curl("http://127.0.0.1:\(server.port)/who").status == 0)
        await server.stop(drain: .seconds(5))
        await modern.stop(drain: .seconds(5))
    }

    @Test func `certificates and lists change under load without a refused request`() async throws {
        let shop = try Self.workshop()
        try shop.certificate("server2", of: "root", for: "serverAuth")
        try shop.certificate("court", of: "root", for: "clientAuth")
        let both = try ["server", "server2"].map { try ListenerTLS(Self.material(shop, $0)) }
        let server = try Self.server(both[0])
        let end = Flag()
        let seen = try await withThrowingTaskGroup(of: [Int].self) { group in
            for index in 0..<4 {
                group.addTask {
                    var statuses: [Int] = []
                    var client = HTTPClient()
                    repeat {
                        var request = OutgoingRequest(
                            method: "POST", url: "https://127.0.0.1:\(server.port)/", headers: [],
                            body: Array(repeating: 65, count: 100_000), timeout: .seconds(60))
                        request.authorities = shop.path("root.pem")
                        request.clientCertificate = shop.path("court.pem")
                        request.clientKey = shop.path("court.key")
                        statuses.append(try await client.send(request).status)
                        // Half of them over a connection that stays, half over new ones.
                        if index.isMultiple(of: 2) {
                            await client.close()
                            client = HTTPClient()
                        }
                    } while !end.isRaised
                    await client.close()
                    return statuses
                }
            }
            for round in 0..<200 {
                server.adopt(round.isMultiple(of: 10) ? try ListenerTLS(Self.material(shop)) : both[round % 2])
                await Task.yield()
            }
            end.raise()
            var all: [Int] = []
            for try await statuses in group { all += statuses }
            return all
        }
        #expect(seen.count >= 4 && Set(seen) == [204])
        await server.stop(drain: .seconds(5))
    }

    /// What a push to an address with these settings comes to: the status, or why there is none.
    @Test func `a push takes the server that its settings name and no other, and shows our certificate`() async throws {
        let shop = try Self.workshop()
        try shop.authority("strange")
        try shop.certificate("gateway", of: "root", for: "clientAuth")
        try shop.certificate("elsewhere", of: "root", for: "serverAuth")
        let server = try Self.server(try ListenerTLS(Self.material(shop, mustShow: true)))
        let client = HTTPClient()
        func push(
            to host: String = "127.0.0.1", _ change: (inout OutgoingRequest) throws -> Void
        ) async throws -> String {
            var request = OutgoingRequest(
                method: "POST", url: "https://\(host):\(server.port)/who", headers: [], body: Array("{}".utf8),
                timeout: .seconds(60))
            request.authorities = shop.path("root.pem")
            request.clientCertificate = shop.path("gateway.pem")
            request.clientKey = shop.path("gateway.key")
            try change(&request)
            do throws(HTTPClientError) {
                return String(decoding: try await client.send(request).body, as: UTF8.self)
            } catch {
                return error.code
            }
        }
        let pins = (own: try shop.pin("server"), other: try shop.pin("elsewhere"))
        #expect(try await push { _ in }.contains("CN=gateway"))
        #expect(try await push { $0.pinnedKey = pins.own }.contains("CN=gateway"))
        #expect(try await push { $0.pinnedKey = pins.other } == "otherPinnedKey")
        #expect(try await push { $0.authorities = shop.path("strange.pem") } == "certificateNotTrusted")
        #expect(try await push { $0.authorities = nil } == "certificateNotTrusted")
        #expect(try await push(to: "localhost") { _ in } == "certificateNotTrusted")
        #expect(try await push { $0.clientKey = shop.path("server.key") } == "ownCertificateUnusable")
        #expect(
            try await push { request in
                (request.clientCertificate, request.clientKey) = (nil, nil)
            } == "missing")
        // What failed before leaves no connection behind that others would take.
        #expect(try await push { _ in }.contains("CN=gateway"))
        await client.close()
        await server.stop(drain: .seconds(5))
    }

    @Test func `a certificate that is revoked meanwhile is refused on the connection that is open`() async throws {
        let shop = try Self.workshop()
        try shop.certificate("court", of: "root", for: "clientAuth")
        try shop.list(of: "root")
        let server = try Self.server(try ListenerTLS(Self.material(shop)))
        let client = HTTPClient()
        func ask() async throws -> String {
            var request = OutgoingRequest(
                method: "GET", url: "https://127.0.0.1:\(server.port)/who", headers: [], body: [],
                timeout: .seconds(60))
            request.authorities = shop.path("root.pem")
            request.clientCertificate = shop.path("court.pem")
            request.clientKey = shop.path("court.key")
            return String(decoding: try await client.send(request).body, as: UTF8.self)
        }
        #expect(try await ask().contains("CN=court"))
        try shop.list(of: "root", revoking: ["court"])
        server.adopt(try ListenerTLS(Self.material(shop)))
        #expect(try await ask() == "revoked")
        await client.close()
        await server.stop(drain: .seconds(5))
    }

    @Test func `a handshake that never goes on is ended, and whoever hangs up is noticed`() async throws {
        let shop = try Self.workshop()
        let (noticed, notice) = AsyncStream<Void>.makeStream()
        let server = try Self.server(try ListenerTLS(Self.material(shop))) {
            $0.headerDeadline = .milliseconds(300)
        } handler: { request in
            while !request.hasHungUp() { try? await Task.sleep(for: .milliseconds(5)) }
            notice.yield()
            return HTTPResponse(status: 204)
        }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(isConnected == 0)
        var byte: UInt8 = 0
        #expect(recv(descriptor, &byte, 1, 0) <= 0)
        close(descriptor)

        #expect(try shop.curl("https://127.0.0.1:\(server.port)/wait", ["--max-time", "0.5"]).status == 0)
        for await _ in noticed { break }
        await server.stop(drain: .seconds(5))
    }

    @Test func `what is wrong with the files is told before anybody connects`() throws {
        let shop = try Self.workshop()
        try shop.authority("strange")
        try shop.certificate("old", of: "root", for: "serverAuth", days: 0)
        try shop.certificate("client", of: "root", for: "clientAuth")
        let good = try Self.material(shop)
        func mistake(_ change: (inout ListenerTLS.Material) throws -> Void) throws -> ListenerTLS.Mistake? {
            var material = good
            try change(&material)
            do throws(ListenerTLS.Mistake) { _ = try ListenerTLS(material) } catch { return error }
            return nil
        }
        #expect(try mistake { _ in } == nil)
        #expect(try mistake { $0.certificate = [] } == .certificate)
        #expect(try mistake { $0.certificate = Array("-----BEGIN CERTIFICATE-----\n".utf8) } == .certificate)
        #expect(try mistake { $0.key = try shop.bytes("client.key") } == .otherKey)
        #expect(try mistake { $0.key = try shop.bytes("server.pem") } == .key)
        #expect(try mistake { $0.certificate += try shop.bytes("client.pem") } == .brokenChain)
        #expect(
            try mistake {
                $0.certificate = try shop.bytes("old.pem")
                $0.key = try shop.bytes("old.key")
            } == .expired)
        #expect(
            try mistake {
                $0.certificate = try shop.bytes("client.pem")
                $0.key = try shop.bytes("client.key")
            } == .notForServers)
        #expect(try mistake { $0.clientAuthorities = try shop.bytes("server.key") } == .authorities)
        #expect(try mistake { $0.revocationList = try shop.bytes("root.pem") } == .revocationList)
        try shop.list(of: "strange")
        #expect(try mistake { $0.revocationList = try shop.bytes("strange.crl") } == .foreignRevocationList)
        try shop.openssl(["pkcs8", "-topk8", "-in", "server.key", "-out", "locked.key", "-passout", "pass:secret"])
        #expect(try mistake { $0.key = try shop.bytes("locked.key") } == .key)
    }
}

private final class Flag: Sendable {
    private let value = Mutex(false)
    var isRaised: Bool { value.withLock { $0 } }
    func raise() { value.withLock { $0 = true } }
}
