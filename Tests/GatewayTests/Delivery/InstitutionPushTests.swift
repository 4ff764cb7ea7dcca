import Foundation
import Messaging
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Institutions that are pushed their applications, as `config/delivery.md` says.
@Suite struct InstitutionPushTests {
    /// A copy of the shipped institutions, of which the one of Tianning holds what is said.
    static func institutions(of gateway: GatewayProcess, holding elements: String) throws -> URL {
        let file = gateway.folder.appending(path: "institutions.xml")
        let shipped = repository.appending(path: "config/institutions.xml")
        let text = try String(contentsOf: shipped, encoding: .utf8)
        let place = "<court>苏0402</court>"
        try #require(text.contains(place))
        try text.replacing(place, with: place + "\n    " + elements).write(to: file, atomically: true, encoding: .utf8)
        try TriageOverTheGateway.edit(gateway.folder.appending(path: "gateway.xml"), shipped.path, "institutions.xml")
        return file
    }

    private static func configuration(holding elements: String) throws -> Configuration {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        _ = try institutions(of: gateway, holding: elements)
        let configuration = try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
        // The rules read the same file and have nothing against it.
        _ = try Gateway.mappingsAndRules(configuration)
        return configuration
    }

    @Test func `the file says where, how long, how often and what confirms`() throws {
        let configuration = try Self.configuration(
            holding: """
                <push url="https://127.0.0.1:9/" timeoutSeconds="45" concurrency="2"><confirm path="/root/code" equals="0"/>
                  <retry baseSeconds="4" capSeconds="60" maxAttempts="9" keepHours="2"/></push>
                """)
        let push = try #require(configuration.registry.institutions["CZ-TN"]?.push)
        #expect(push.address.url == "https://127.0.0.1:9/" && push.address.timeout == .seconds(45))
        #expect(push.address.concurrency == 2)
        #expect(push.address.confirmation == AgreedAnswer(path: "/root/code", equals: "0"))
        #expect(push.retryPolicy.maxAttempts == 9 && push.retryPolicy.cap == 60_000)
        #expect(configuration.registry.institutions.values.filter { $0.push != nil }.count == 1)
        #expect(configuration.registry.institutions.count == 8)
    }

    @Test(arguments: [
        (#"<push/>"#, "<push> needs the attribute url"), (#"<push url="x"/>"#, "url must begin with"),
        (#"<push url="https://a/"><conform/></push>"#, "<conform> is not known"),
        (#"<push url="https://a/"><retry baseSeconds="0"/></push>"#, "baseSeconds must be a whole number"),
        (#"<push url="https://a/" tokenFile="none"/>"#, "tokenFile cannot be read"),
        (#"<posh url="https://a/"/>"#, "<posh> is not known"),
    ])
    func `a mistake is told once, with its place`(elements: String, text: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try Self.configuration(holding: elements) }
        let complaint = try #require(error?.complaints.first)
        #expect(error?.complaints.count == 1)
        #expect(complaint.text.hasPrefix(text), "\(complaint.text)")
        #expect(complaint.file.hasSuffix("institutions.xml") && complaint.line != nil)
    }

    @Test func `an application is pushed to it and its 2xx signs it in`() async throws {
        let pushed = Mutex<[JSONValue]>([])
        let receiver = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            guard let application = try? JSONValue(parsing: request.body) else { return HTTPResponse(status: 400) }
            pushed.withLock { $0.append(application) }
            return HTTPResponse(status: 204)
        }
        let gateway = try GatewayProcess(courtWays: "")
        _ = try Self.institutions(
            of: gateway, holding: #"<push url="http://127.0.0.1:\#(receiver.port)/" timeoutSeconds="600"/>"#)
        try gateway.start()
        let receipt = try await gateway.send(courtNotice("W-1"))
        let news = try await eventually("the court is told") {
            try await gateway.remote.ask("GET", "/v1/status-events")["events"]?[0]
        }
        #expect(news["applicationNo"] == receipt["applicationNo"])
        #expect(pushed.withLock { $0 }.map { $0["applicationNo"] } == [receipt["applicationNo"]])
        gateway.stop()
        gateway.remove()
        await receiver.stop(drain: .seconds(1))
    }
}
