import Canonical
import Foundation
import StrictJSON
import Testing

@testable import gateway

@Suite struct CanonicalContract {
    private static let published = repository.appending(path: "Mappings/canonical")
    private static let frozen = repository.appending(path: "Tests/GatewayTests/Frozen")

    private func read(_ file: URL) throws -> JSONValue { try JSONValue(parsing: [UInt8](try Data(contentsOf: file))) }

    private func schema(_ name: String) throws -> JSONValue {
        let configuration = try shippedConfiguration()
        let translator = try Gateway.pipeline(configuration).translator
        return try #require(
            MappingsCommand.schema(
                of: "canonical/\(name)", from: translator, senderKinds: configuration.senderKinds))
    }

    @Test(arguments: ["application", "status"])
    func `the published schema is the one that the model gives`(name: String) throws {
        let text = try schema(name).text(pretty: true) + "\n"
        let file = Self.published.appending(path: "\(name).schema.json")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try Data(text.utf8).write(to: file) }
        #expect(
            try String(contentsOf: file, encoding: .utf8) == text,
            "gateway mappings schema canonical/\(name) > Mappings/canonical/\(name).schema.json writes it anew")
    }

    /// A consumer written against version 1.0 reads what every later version 1 sends.
    @Test(arguments: ["application", "status"])
    func `version 1 only gains optional fields`(name: String) throws {
        let first = try read(Self.frozen.appending(path: "\(name)-1.0.schema.json"))
        #expect(try Self.breaks(from: first, to: schema(name), at: "") == [])
    }

    private static func breaks(from old: JSONValue, to new: JSONValue, at path: String) -> [String] {
        var found: [String] = []
        for keyword in ["type", "pattern", "x-code-list"] where old[keyword] != new[keyword] {
            found.append("\(path): \(keyword) was changed")
        }
        if let limit = old["maxLength"]?.int, new["maxLength"]?.int ?? .max > limit { found.append("\(path): grew") }
        for word in old["enum"]?.array ?? [] where !(new["enum"]?.array ?? []).contains(word) {
            found.append("\(path): the word \(word.text()) is gone")
        }
        let required = old["required"]?.array ?? []
        if Set(required) != Set(new["required"]?.array ?? []) { found.append("\(path): other fields are required") }
        for member in old["properties"]?.object?.members ?? [] {
            guard let kept = new["properties"]?[member.name] else {
                found.append("\(path)/\(member.name) is gone")
                continue
            }
            found += breaks(from: member.value, to: kept, at: "\(path)/\(member.name)")
        }
        if let items = old["items"] { found += breaks(from: items, to: new["items"] ?? .null, at: path + "[]") }
        return found
    }

    @Test func `the rule institutionMessages what would break a consumer`() throws {
        let first = try read(Self.frozen.appending(path: "status-1.0.schema.json"))
        var gained = first
        gained["properties"]?["new"] = ["type": "string"]
        #expect(Self.breaks(from: first, to: gained, at: "") == [])
        var lost = first
        lost["properties"]?["code"] = nil
        var demanding = gained
        demanding["required"] = .array((first["required"]?.array ?? []) + ["new"])
        var retyped = first
        retyped["properties"]?["due"]?["type"] = "integer"
        for broken in [lost, demanding, retyped] { #expect(Self.breaks(from: first, to: broken, at: "").count == 1) }
    }

    @Test func `every example's application is as the contract says`() throws {
        let pipeline = try Gateway.pipeline(try shippedConfiguration())
        let schema = try schema("application")
        // What only receipt adds: number, channel, digest.
        let stamp: JSONValue = [
            "senderType": "court", "channel": "push", "receivedAt": "2023-11-08T09:30:15+08:00",
            "rawDigestSm3": .string(String(repeating: "0", count: 64)),
        ]
        var texts: [String] = []
        for example in try MappingExample.all(in: repository.appending(path: "Mappings").path) {
            for result in example.walk(by: pipeline, assesses: true)["results"]?.array ?? []
            where result["outcome"] != "invalid" {
                var application = result["application"] ?? .null
                application["schemaVersion"] = .string(CanonicalModel.schemaVersion)
                for member in stamp.object?.members ?? [] { application["source"]?[member.name] = member.value }
                texts.append(application.text())
            }
        }
        try #require(!texts.isEmpty)
        guard let verdicts = try JSONSchemaJudge.verdicts(of: schema, on: texts) else {
            JSONSchemaJudge.saySkipped("the canonical contract")
            return
        }
        for (text, isValid) in zip(texts, verdicts) { #expect(isValid, "\(text)") }
    }
}
