import Foundation
import Messaging
import Testing
import Vocabulary

@testable import gateway

/// What the registry says of the way to a partner.
@Suite struct DeliverySettingsTests {
    private func configuration(_ ways: String) throws -> Configuration {
        let gateway = try GatewayProcess(courtWays: ways)
        defer { gateway.remove() }
        return try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
    }

    @Test func `a return address says how long, how many at once and how hard to try`() throws {
        let court = try #require(
            try configuration(
                """
                <returnAddress url="https://127.0.0.1:9/" timeoutSeconds="45" concurrency="2" openAfter="3" probeSeconds="7">
                  <confirm path="/root/code" equals="0"/></returnAddress>
                <retry baseSeconds="4" capSeconds="60" maxAttempts="9" keepHours="2"/>
                """
            ).partners.first { $0.id == "court" })
        let address = try #require(court.returnAddress)
        #expect(address.timeout == .seconds(45))
        #expect(address.concurrency == 2)
        #expect(address.breaker.threshold == 3 && address.breaker.rest == 7_000)
        #expect(address.confirmation == AgreedAnswer(path: "/root/code", equals: "0"))
        #expect(court.retryPolicy.maxAttempts == 9)
    }

    @Test(arguments: ["timeoutSeconds=\"0\"", "timeoutSeconds=\"601\"", "timeoutSeconds=\"soon\"", "concurrency=\"0\""])
    func `a number out of its range is named with its place`(attribute: String) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try configuration("<returnAddress url=\"https://127.0.0.1:9/\" \(attribute)/>")
        }
        let name = attribute.prefix { $0 != "=" }
        #expect(error?.description.contains(/partners\.xml:\d+.*/) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
    }

    @Test func `an upload can be no larger than a body, nor than what is kept of a partner`() throws {
        for (elements, word) in [
            (#"<uploads bytes="4096" quotaBytes="2048"/>"#, "quotaBytes"),
            (#"<uploads bytes="4096"/><limits bodyBytes="2048"/>"#, "bodyBytes"),
        ] {
            let gateway = try GatewayProcess()
            defer { gateway.remove() }
            let file = gateway.folder.appending(path: "gateway.xml").path
            try gateway.set(elements)
            let error = #expect(throws: ConfigurationError.self) { try Configuration(file: file) }
            #expect(error?.description.contains(/gateway\.xml:\d+.*/) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
        }
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        try gateway.set(#"<limits bodyBytes="2048"/>"#)
        let configuration = try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
        #expect(configuration.uploadLimits.bytes == 2048)
    }

    /// Two partners' folders, laid out as a test says, each under a path of its own making.
    private func complaints(
        _ court: [String], _ other: [String] = ["o/in", "o/out", "o/archive", "o/error"],
        _ prepare: (URL) throws -> Void = { _ in }
    ) throws -> [String] {
        func exchange(_ folders: [String]) -> String {
            "<exchange in=\"\(folders[0])\" out=\"\(folders[1])\" archive=\"\(folders[2])\" error=\"\(folders[3])\"/>"
        }
        let gateway = try GatewayProcess(courtWays: exchange(court))
        defer { gateway.remove() }
        let partners = gateway.folder.appending(path: "partners.xml")
        try String(contentsOf: partners, encoding: .utf8)
            .replacing(
                #"<partner id="other" name="另一法院" senderType="court"/>"#,
                with: #"<partner id="other" name="另一法院" senderType="court">\#(exchange(other))</partner>"#
            ).write(to: partners, atomically: true, encoding: .utf8)
        for folder in ["in", "out", "archive", "error", "in/archive"].flatMap({ ["c/" + $0, "o/" + $0] }) {
            try FileManager.default.createDirectory(
                at: gateway.folder.appending(path: folder), withIntermediateDirectories: true)
        }
        try prepare(gateway.folder)
        do throws(ConfigurationError) {
            _ = try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
            return []
        } catch {
            #expect(error.complaints.allSatisfy { $0.file.hasSuffix("/partners.xml") && $0.line != nil })
            return error.complaints.map(\.text)
        }
    }

    private static let own = ["c/in", "c/out", "c/archive", "c/error"]

    @Test func `folders apart are in order, whatever their paths look like`() throws {
        #expect(try complaints(Self.own) == [])
        #expect(try complaints(["c/../c/in/", "./c/out", "c//archive", "c/error"]) == [])
        // A name that only begins alike is another folder.
        #expect(
            try complaints(["c/in", "c/in2", "c/archive", "c/error"]) { folder in
                try FileManager.default.createDirectory(
                    at: folder.appending(path: "c/in2"), withIntermediateDirectories: true)
            } == [])
    }

    @Test(arguments: [
        ["c/in", "c/in", "c/archive", "c/error"], ["c/in", "c/in/", "c/archive", "c/error"],
        ["c/in", "c/out", "c/out/../in", "c/error"], ["c/in", "c/out", "c/archive", "link"],
        ["c/in", "c/out", "c/in/archive", "c/error"], ["c/in", "c/out", "c/archive", "link/archive"],
        ["c", "c/out", "o/in/archive", "c/error"],
    ])
    func `a partner's folders that are one, or one in another, are refused wherever links lead`(
        folders: [String]
    ) throws {
        let told = try complaints(folders, ["o/out", "o/archive", "o/error", "x"]) { folder in
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: "link"), withDestinationURL: folder.appending(path: "c/in"))
            try FileManager.default.createDirectory(
                at: folder.appending(path: "x"), withIntermediateDirectories: true)
        }
        #expect(told.contains { $0.contains("keep them apart") && $0.contains("应分开") }, "\(told)")
    }

    @Test(arguments: [
        ["c/in", "o/out", "o/archive", "o/error"], ["o/in", "c/out/", "o/archive", "o/error"],
        ["o/in", "o/out", "o/../c/archive", "o/error"], ["o/in", "o/out", "o/archive", "c/in/archive"],
        ["same", "o/out", "o/archive", "o/error"],
    ])
    func `one folder of two partners is refused`(folders: [String]) throws {
        let told = try complaints(Self.own, folders) { folder in
            try FileManager.default.createSymbolicLink(
                at: folder.appending(path: "same"), withDestinationURL: folder.appending(path: "c/in"))
        }
        #expect(told.count == 1 && told.allSatisfy { $0.contains("partner court's") }, "\(told)")
    }

    @Test func `an inbox that holds the gateway's own files, and folders that it reads as data, are refused`() throws {
        for (folders, word) in [
            ([".", "c/out", "c/archive", "c/error"], "taken for a message"),
            (["c/in", "c/out", "rules", "c/error"], "read as mappings"),
            (["c/in", "rules/x", "c/archive", "c/error"], "read as mappings"),
        ] {
            let told = try complaints(folders) { folder in
                let rules = folder.appending(path: "rules")
                try FileManager.default.copyItem(at: repository.appending(path: "config/rules"), to: rules)
                try FileManager.default.createDirectory(
                    at: rules.appending(path: "x"), withIntermediateDirectories: true)
                let file = folder.appending(path: "gateway.xml")
                try String(contentsOf: file, encoding: .utf8)
                    .replacing(#/<rules path="[^"]*"/#) { _ in "<rules path=\"rules\"" }
                    .write(to: file, atomically: true, encoding: .utf8)
            }
            #expect(told.contains { $0.contains(word) }, "\(told)")
        }
    }
}
