import Canonical
import Foundation
import Intake
import StrictJSON
import Testing
import Vocabulary

@testable import gateway

let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
private let mappings = repository.appending(path: "Mappings").path

func shippedConfiguration() throws -> Configuration {
    try Configuration(file: repository.appending(path: "config/gateway.xml").path)
}

/// Read once: loading every mapping and rule costs more than an example.
let shippedPipeline = Result { try Gateway.pipeline(try shippedConfiguration()) }

@Suite struct GoldenExamples {
    @Test(arguments: try MappingExample.all(in: mappings).map(\.name))
    func `an example becomes what lies beside it`(name: String) throws {
        let pipeline = try shippedPipeline.get()
        let example = try #require(MappingExample.all(in: mappings).first { $0.name == name })
        let result = example.result(by: pipeline)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(result.utf8).write(to: example.expected)
        }
        #expect(try String(contentsOf: example.expected, encoding: .utf8) == result)
    }

    /// A sender's document must not be read by whichever mapping comes first in the alphabet.
    @Test func `a document is taken by its own mapping and by no other, and a whole one keeps to its schema`() throws {
        let pipeline = try shippedPipeline.get()
        let inbound = Set(pipeline.translator.mappings.filter(\.isInbound).map(\.id))
        for example in try MappingExample.all(in: mappings) {
            let own = try #require(example.name.split(separator: "/examples/").first.map(String.init))
            let bytes = [UInt8](try Data(contentsOf: example.document))
            let walk = pipeline.walk(Pipeline.Message(bytes: bytes, receivedAt: MappingExample.receivedAt))
            guard walk.translation.format != nil else { continue }
            #expect(walk.translation.mapping?.id == own, "\(example.name)")
            let others = Pipeline.Message(
                bytes: bytes, allowedMappings: inbound.subtracting([own]), receivedAt: MappingExample.receivedAt)
            #expect(pipeline.walk(others).findings.contains { $0.code == "noMapping" }, "\(example.name)")
            if example.name.contains("/all-fields") || example.name.contains("/required-only") {
                #expect(walk.findings.allSatisfy { $0.rule == nil }, "\(example.name)")
            }
        }
    }

    /// The field's own expectations: everything they name must be there; the result may hold more.
    @Test(arguments: [
        ("court-defence-notice", "court/defence-notice/examples/all-fields.gb18030.xml"),
        ("procuratorate-civil-support", "procuratorate/civil-support/examples/all-fields.gbk.xml"),
        ("civil-affairs-referral", "civil-affairs/referral/examples/sample-civil-01.json"),
        ("relief-platform-demand", "relief-platform/demand/examples/sample-relief-01.json"),
    ])
    func `a sample holds everything that the field expects of it`(name: String, document: String) throws {
        let path = repository.appending(path: "Tests/GatewayTests/Expected/\(name).json").path
        let expected = try JSONValue(parsing: [UInt8](try #require(FileManager.default.contents(atPath: path))))
        let pipeline = try shippedPipeline.get()
        let bytes = try #require(FileManager.default.contents(atPath: mappings + "/" + document))
        // On the day it was sent: what it says of relief holds from then on.
        let sent = expected.at("source.sentAt")?.string.flatMap { CalendarDate(iso: $0.prefix(10)) }
        let receivedAt = sent.map { Timestamp($0, hour: 18, minute: 0, second: 0) } ?? MappingExample.receivedAt
        let result = pipeline.walk(Pipeline.Message(bytes: [UInt8](bytes), receivedAt: receivedAt)).json
        let record = try #require(result["results"]?[0])
        #expect(record["outcome"] == "accepted")
        var application = try #require(expected.object)
        // Told beside the application, or written only when a message is really received.
        for name in ["warnings", "expectedHints", "expectedClocks", "notExpected"] { application[name] = nil }
        var source = application["source"]?.object ?? JSONObject()
        for name in ["senderType", "rawFormat", "rawEncoding"] { source[name] = nil }
        application["source"] = .object(source)
        let missing = Self.missing(.object(application), from: record["application"] ?? .null, at: "")
        #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
        let codes = (record["findings"]?.array ?? []).compactMap { $0["code"]?.string }
        for warning in expected["warnings"]?.array ?? [] {
            #expect(codes.contains(warning["code"]?.string ?? ""), "\(warning["code"]?.string ?? "")")
        }
        let hints = (record["hints"]?.array ?? []).compactMap { $0["rule"]?.string }
        for hint in expected["expectedHints"]?.array ?? [] {
            #expect(hints.contains(hint.string ?? ""), "\(hint.string ?? "")")
        }
        let clocks = (record["clocks"]?.array ?? []).compactMap { $0["id"]?.string }
        for clock in expected["expectedClocks"]?.object?.names ?? [] { #expect(clocks.contains(clock)) }
    }

    private static func missing(_ expected: JSONValue, from actual: JSONValue, at path: String) -> [String] {
        if let object = expected.object {
            return object.members.flatMap {
                missing($0.value, from: actual[$0.name] ?? .null, at: "\(path).\($0.name)")
            }
        }
        if let items = expected.array {
            let others = actual.array ?? []
            return items.enumerated().flatMap { index, item in
                others.contains { missing(item, from: $0, at: "").isEmpty } ? [] : ["\(path)[\(index)] is not there"]
            }
        }
        return expected == actual ? [] : ["\(path) is \(actual.text()), not \(expected.text())"]
    }
}
