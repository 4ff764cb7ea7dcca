import Documents
import Foundation
import StrictJSON
import Testing
import Transport

@testable import Operations
@testable import gateway

/// The kit, unpacked into an empty folder and used as a stranger would.
@Suite struct PartnerKitTests {
    /// Runs a program in a folder with its environment, and nothing else of the project.
    private static func run(
        _ program: String, _ arguments: [String], in folder: URL, _ environment: [String: String] = [:]
    ) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private static func has(_ program: String) -> Bool {
        (try? run(program, ["--version"], in: FileManager.default.temporaryDirectory).code) == 0
    }

    private func unpacked(_ archive: [UInt8], into folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "kit.zip")
        try Data(archive).write(to: file)
        let unpacked = try Self.run("python3", ["-m", "zipfile", "-e", "kit.zip", "."], in: folder)
        try #require(unpacked.code == 0)
        try FileManager.default.removeItem(at: file)
    }

    private func files(in folder: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: folder.appending(path: path).path, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    @Test func `with the kit alone a referral is sent, its status received and checked, in Python, Java and by curl`()
        async throws
    {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let kit = gateway.folder.appending(path: "kit")
        try unpacked(try await gateway.remote.download("/v1/partner-kit"), into: kit)
        try GatewayProcess.partnerToken.write(
            to: kit.appending(path: "token.txt"), atomically: true, encoding: .utf8)
        let environment = ["GATEWAY_URL": "http://127.0.0.1:\(gateway.port)", "GATEWAY_TOKEN_FILE": "token.txt"]
        let examples = try files(in: kit).filter { $0.contains("defence-notice/examples/") }
        let example = try #require(examples.first { $0.contains("/all-fields") && !$0.contains(".answer-") })
        let invalid = try #require(examples.first { $0.contains("/invalid-") && !$0.contains(".answer-") })
        func python(_ words: String...) throws -> (code: Int32, output: String) {
            try Self.run("python3", ["clients/client.py"] + words, in: kit, environment)
        }
        #expect(try python("ping").code == 0)
        let sent = try python("send", example)
        let receipt = try JSONValue(parsing: Array(sent.output.utf8))
        #expect(sent.code == 0 && receipt["outcome"] == "accepted", "\(sent.output)")
        // The same again is the same receipt; what is wrong is told.
        #expect(try JSONValue(parsing: Array(try python("send", example).output.utf8)) == receipt)
        #expect(try python("send", invalid).code == 1)
        #expect(try python("show", receipt["messageId"]?.string ?? "").code == 0)
        // The institution signs in; the status is read and checked.
        let code = receipt["queue"]?.string ?? ""
        #expect(code == "CZ-TN")
        for lease in try await gateway.institution.leases() { try await gateway.institution.acknowledge(lease) }
        let followed = try python("follow", "followed")
        #expect(followed.code == 0 && followed.output.contains(receipt["applicationNo"]?.string ?? "?"))
        let saved = try python("statuses", "told")
        #expect(saved.code == 0 && saved.output.contains("delivered"))
        let status = try #require(try files(in: kit).first { $0.hasPrefix("told/") })
        let document = try Document.parse([UInt8](Data(contentsOf: kit.appending(path: status))))
        let schema = try XMLSchema(path: kit.appending(path: "statuses/court/status/status.xsd").path)
        #expect(schema.violations(in: document).isEmpty)
        try await java(kit, environment, receipt)
        if Self.has("curl"), Self.has("openssl") {
            for words in [["ping"], ["send", example], ["show", receipt["messageId"]?.string ?? ""], ["statuses"]] {
                let ran = try Self.run("sh", ["clients/client.sh"] + words, in: kit, environment)
                #expect(ran.code == 0, "\(words): \(ran.output)")
            }
            #expect(try Self.run("sh", ["clients/client.sh", "send", invalid], in: kit, environment).code == 1)
        }
        gateway.stop()
        gateway.remove()
    }

    private func java(_ kit: URL, _ environment: [String: String], _ receipt: JSONValue) async throws {
        guard Self.has("java") else {
            print("skipped: no JDK on this machine, the kit's Client.java was not run")
            return
        }
        let other = try #require(
            try files(in: kit).first { $0.contains("/required-only") && !$0.contains(".answer-") })
        for words in [["ping"], ["send", other], ["show", receipt["messageId"]?.string ?? ""], ["statuses", "java"]] {
            let ran = try Self.run("java", ["clients/Client.java"] + words, in: kit, environment)
            #expect(ran.code == 0, "\(words): \(ran.output)")
        }
        #expect(try files(in: kit).contains { $0.hasPrefix("java/") })
    }

    @Test func `the receiver of the kit takes what the gateway pushes`() async throws {
        let probe = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { _ in
            HTTPResponse(status: 200)
        }
        let port = probe.port
        await probe.stop(drain: .zero)
        let gateway = try GatewayProcess(returnAddress: "http://127.0.0.1:\(port)/told")
        try gateway.start()
        let kit = gateway.folder.appending(path: "kit")
        try unpacked(try await gateway.remote.download("/v1/partner-kit"), into: kit)
        let receiver = Process()
        receiver.executableURL = URL(filePath: "/usr/bin/env")
        receiver.arguments = ["python3", "clients/client.py", "receive", "\(port)", "pushed"]
        receiver.currentDirectoryURL = kit
        receiver.standardOutput = FileHandle.nullDevice
        try receiver.run()
        // A child inherits the signals that its parent's threads hold back; this one none can.
        defer { kill(receiver.processIdentifier, SIGKILL) }
        try await eventually("it listens") {
            try await gateway.remote.ask("POST", "/v1/ping/return")["outcome"] == "confirmed" ? true : nil
        }
        try await gateway.send(courtNotice("K-1"))
        for lease in try await gateway.institution.leases() { try await gateway.institution.acknowledge(lease) }
        try await eventually("it is delivered") {
            try await gateway.remote.ask("GET", "/v1/statuses?state=delivered")["statuses"]?[0]
        }
        let pushed = try files(in: kit).filter { $0.hasPrefix("pushed/") }
        #expect(pushed.count == 1 && pushed.first?.hasSuffix(".xml") == true)
        gateway.stop()
        gateway.remove()
    }

    /// What of an answer does not depend on its moment and its numbers.
    private func essence(_ answer: JSONValue) -> JSONValue {
        func codes(_ member: String) -> JSONValue {
            .array((answer[member]?.array ?? []).map { [$0["code"] ?? "", $0["severity"] ?? ""] })
        }
        return [
            "outcome": answer["outcome"] ?? answer["type"] ?? .null, "messageId": answer["messageId"] ?? .null,
            "errors": codes("errors"), "findings": codes("findings"), "queue": answer["queue"] ?? .null,
        ]
    }

    @Test(arguments: ["court-tianning", "civil-affairs-zhonglou", "police-wujin"])
    func `every example of a kit gets the answer that lies beside it, and XML answers keep to their schema`(
        id: String
    ) async throws {
        let gateway = try GatewayProcess()
        let config = repository.appending(path: "config")
        for name in ["partners.xml", "credentials.xml"] {
            try FileManager.default.removeItem(at: gateway.folder.appending(path: name))
            try FileManager.default.copyItem(
                at: config.appending(path: name), to: gateway.folder.appending(path: name))
        }
        let partners = try String(contentsOf: gateway.folder.appending(path: "partners.xml"), encoding: .utf8)
        try #require(partners.contains("id=\"\(id)\""), "\(id)")
        try """
        <credentials xmlns="urn:legal-aid-gateway:credentials:1">
          <partner id="\(id)" tokenSha256="\(Token.hash(GatewayProcess.partnerToken))"/>
        </credentials>
        """.write(to: gateway.folder.appending(path: "credentials.xml"), atomically: true, encoding: .utf8)
        try gateway.start()
        let kit = gateway.folder.appending(path: "kit")
        let archive = try await gateway.remote.download("/v1/partner-kit")
        #expect(try await gateway.remote.download("/v1/partner-kit") == archive)
        try unpacked(archive, into: kit)
        let written = gateway.folder.appending(path: "other.zip").path
        let command = try GatewayProcess.run([
            "partner-kit", id, written, "--config", gateway.folder.appending(path: "gateway.xml").path,
        ])
        #expect(command.code == 0)
        #expect(FileManager.default.contents(atPath: written).map { [UInt8]($0) } == archive)
        let names = try files(in: kit)
        for name in ["README.md", "push.md", "errors.md", "acceptance.md", "clients/Client.java"] {
            #expect(names.contains(name))
            let text = try String(contentsOf: kit.appending(path: name), encoding: .utf8)
            #expect(text.contains(/\p{Han}/) && !text.contains("{{"), "\(name)")
        }
        #expect(names.contains { $0.hasSuffix("fields.csv") } && names.contains { $0.hasPrefix("messages/") })
        let receipts = try XMLSchema(path: kit.appending(path: "contract/receipt.xsd").path)
        let problems = try XMLSchema(path: kit.appending(path: "contract/problem.xsd").path)
        var valid = 0
        for name in names where name.contains("/examples/") && name.contains(".answer-") {
            let parts = name.components(separatedBy: ".answer-")
            let answer = try Data(contentsOf: kit.appending(path: name))
            if name.hasSuffix(".xml") {
                let document = try Document.parse([UInt8](answer))
                let schema = document.root.name == "receipt" ? receipts : problems
                #expect(schema.violations(in: document).isEmpty, "\(name)")
                continue
            }
            let bytes = [UInt8](try Data(contentsOf: kit.appending(path: parts[0])))
            let real = try await gateway.remote.call(
                "POST", "/v1/referrals", body: bytes,
                mediaType: parts[0].hasSuffix("json") ? "application/json" : "application/xml")
            // Others of the kit may bear the same message id.
            if real.status == 409 { continue }
            #expect("\(real.status).json" == parts[1], "\(name): \(real.json.text())")
            let isFollowUp = real.json["followUp"] != nil
            if !isFollowUp {
                let told = try JSONValue(parsing: [UInt8](answer))
                let (expected, found) = (essence(told), essence(real.json))
                let names =
                    real.status == 202
                    ? ["outcome", "messageId", "errors", "findings", "queue"] : ["outcome", "errors"]
                for member in names { #expect(expected[member] == found[member], "\(name) \(member)") }
            }
            valid += real.status == 202 ? 1 : 0
        }
        #expect(valid >= 2)
        gateway.stop()
        gateway.remove()
    }

    @Test func `a kit is its partner's own, and is refused of whoever is none`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        #expect(try await gateway.institution.call("GET", "/v1/partner-kit").status == 403)
        #expect(try await gateway.desk.call("GET", "/v1/partners/nobody/kit").status == 404)
        #expect(try await !gateway.desk.download("/v1/partners/court/kit").isEmpty)
        #expect(try await gateway.remote.call("GET", "/v1/partners/other/kit").status == 403)
        #expect(try GatewayProcess.run(["partner-kit", "nobody"]).code == 1)
        for name in ["receipt.xsd", "problem.schema.json"] {
            #expect(try await !gateway.remote.download("/v1/schemas/\(name)").isEmpty)
        }
        #expect(try await gateway.remote.call("GET", "/v1/schemas/none").status == 404)
        gateway.stop()
        gateway.remove()
    }
}
