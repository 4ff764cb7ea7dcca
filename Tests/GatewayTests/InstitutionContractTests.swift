import Cases
import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Operations
@testable import gateway

/// What institutions are told, and whether the page and the description say the same (`config/institutions.md`).
@Suite struct InstitutionContractTests {
    /// Made of the interface's description, so that it says the same.
    @Test func `the published schema of what an institution leases is the one that the description gives`() throws {
        let kinds = try shippedConfiguration().senderKinds
        let schemas = try OpenAPI(describing: [], senderKinds: kinds).json.at("components.schemas")
        let parts = [
            "Leases", "LeaseReason", "ApplicationNotice", "EscalatedApplication", "PatchOperation", "Hint", "Missing",
            "Application",
        ]
        let schema: JSONValue = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "urn:legal-aid-gateway:canonical:institution-message:1.0",
            "title": "机构领取的内容 What an institution leases", "$ref": "#/components/schemas/Leases",
            "components": [
                "schemas": .object(JSONObject(try parts.map { ($0, try #require(schemas?[$0])) }))
            ],
        ]
        let text = schema.text(pretty: true) + "\n"
        let file = repository.appending(path: "Mappings/canonical/institution-message.schema.json")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try Data(text.utf8).write(to: file) }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "UPDATE_GOLDEN=1 writes it anew")
    }

    @Test func `every reason and every answer about a lead stands in the description and on the page`() throws {
        let reasons = InstitutionMessageKind.allCases.map(\.rawValue)
        let kinds = try shippedConfiguration().senderKinds
        let description = try OpenAPI(describing: [], senderKinds: kinds).json
        let told = description.at("components.schemas.LeaseReason")?["enum"]?.array?.compactMap(\.string)
        #expect(told == reasons)
        let page = try String(contentsOf: repository.appending(path: "config/institutions.md"), encoding: .utf8)
        #expect(try rows(of: "reason", on: page) == reasons)
        let answers = description.at("components.schemas.LeadAnswer.properties.event")?["enum"]?.array
        #expect(answers?.compactMap(\.string) == LeadAnswer.allCases.map(\.rawValue))
        #expect(try rows(of: "event", on: page) == LeadAnswer.allCases.map(\.rawValue))
    }

    /// The words of a table's first column.
    private func rows(of column: String, on page: String) throws -> [String] {
        let table = try #require(page.split(separator: "\n| `\(column)` |").dropFirst().first)
        let lines = table.split(separator: "\n").dropFirst().prefix { $0.hasPrefix("|") }
        return lines.compactMap { $0.firstMatch(of: /^\| `(\w+)` \|/).map { String($0.1) } }.filter { $0 != column }
    }

    /// Whoever applies every patch has what the gateway has, whatever came in between.
    @Test func `an application comes whole once and then by differences that add up`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice("TZ-1"), mediaType: "application/xml")
        let number = receipt["applicationNo"]?.string ?? ""
        let first = try #require(try await flow.leases("CZ-TN").first)
        #expect(first["reason"] == "new" && first["applicationNo"]?.string == number)
        try await flow.acknowledge(first, by: "CZ-TN")
        var copy = try await flow.application(number, as: "CZ-TN")
        for index in 1...3 {
            _ = try await flow.send(
                "supplement", "TZ-1-\(index)", from: "court",
                [
                    ("reference", ["messageId": "TZ-1"]),
                    ("materials", [["kind": "indictment", "title": .string("起诉书之\(index)")]]),
                ])
            let lease = try #require(try await flow.leases("CZ-TN").first)
            #expect(lease["reason"] == "supplement" && lease["version"] == nil)
            let application = try #require(lease["application"])
            #expect(application.object?.names == ["schemaVersion", "applicationNo", "notice"])
            let notice = try #require(application["notice"])
            #expect(notice["fromVersion"] == copy.at("progress.version"))
            // Only what is new travels.
            #expect(!application.text().contains("测试甲"))
            copy = try patched(copy, by: notice["patch"]?.array ?? [])
            copy["progress"]?["version"] = notice["version"]
            #expect(copy["materials"]?.array?.count == index)
            // Members of an object have no order.
            #expect(try await flow.application(number, as: "CZ-TN").sorted == copy.sorted)
            try await flow.acknowledge(lease, by: "CZ-TN")
        }
        await flow.end()
    }

    @Test func `what is not signed in yet comes at its newest version, and its notices say so`() async throws {
        let flow = try FlowGateway()
        _ = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice("TZ-2"), mediaType: "application/xml")
        _ = try await flow.send(
            "supplement", "TZ-2-B", from: "court",
            [("reference", ["messageId": "TZ-2"]), ("materials", [["kind": "indictment", "title": "起诉书"]])])
        let leases = try await flow.leases("CZ-TN")
        let whole = try #require(leases.first { $0["reason"] == "new" })
        let notice = try #require(leases.first { $0["reason"] == "supplement" })
        #expect(whole["version"] == 2 && whole["application"]?["materials"]?.array?.count == 1)
        #expect(notice.at("application.notice.version") == 2)
        await flow.end()
    }

    @Test func `an application that is handed over says so, and what comes back carries no copy`() async throws {
        let flow = try FlowGateway()
        _ = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice("TZ-3"), mediaType: "application/xml")
        let number = try await flow.signIn("CZ-TN")["applicationNo"]?.string ?? ""
        _ = try await flow.institution("CZ-TN").ask(
            "POST", "/v1/applications/\(number)/transfer", body: Array(#"{"to":"CZ-WJ","reason":"事由发生地"}"#.utf8))
        let asked = try #require(try await flow.leases("CZ-WJ").first)
        #expect(asked["reason"] == "handover" && asked.at("application.recipient.name") == "测试甲")
        _ = try await flow.institution("CZ-WJ").ask(
            "POST", "/v1/applications/\(number)/transfer/return", body: Array(#"{"reason":"不属本机构管辖"}"#.utf8))
        // It must be signed in again, whole; the notice of the return tells the reason alone.
        let back = try await flow.leases("CZ-TN")
        #expect(back.compactMap { $0["reason"]?.string }.sorted() == ["new", "returned"])
        let notice = try #require(back.first { $0["reason"] == "returned" })
        #expect(notice.at("application.recipient") == nil && !notice.text().contains("测试甲"))
        #expect(notice.at("application.notice.reason") == "不属本机构管辖")
        await flow.end()
    }
}

extension JSONValue {
    /// With the members of every object in the order of their names.
    fileprivate var sorted: JSONValue {
        if let items = array { return .array(items.map(\.sorted)) }
        guard let object else { return self }
        return .object(JSONObject(object.members.sorted { $0.name < $1.name }.map { ($0.name, $0.value.sorted) }))
    }
}

/// Applies a JSON Patch (RFC 6902) as an institution would that takes it at its word: the three operations that the gateway
/// writes, each with its value, and nothing replaced, removed or gone into that is not there.
func patched(_ document: JSONValue, by patch: [JSONValue]) throws -> JSONValue {
    try patch.reduce(document) { document, operation in
        let path = try #require(operation["path"]?.string)
        try #require(path.isEmpty || path.hasPrefix("/"), "\(path) is no pointer")
        let steps = path.split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst().map { String($0).replacing("~1", with: "/").replacing("~0", with: "~") }
        return try changed(document, steps[...], operation)
    }
}

private func changed(
    _ value: JSONValue, _ steps: ArraySlice<String>, _ operation: JSONValue
) throws -> JSONValue {
    let act = try #require(operation["op"]?.string)
    let new = operation["value"]
    try #require(["add", "replace"].contains(act) && new != nil || act == "remove" && new == nil, "\(act)")
    guard let step = steps.first else { return try #require(new, "the whole document is never removed") }
    let isLast = steps.count == 1
    if var object = value.object {
        let old = object[step]
        if !isLast || act != "add" { try #require(old != nil, "\(step) is not there") }
        object[step] = try isLast ? new : changed(old ?? .null, steps.dropFirst(), operation)
        return .object(object)
    }
    var items = try #require(value.array, "\(step) of what has no parts")
    let index = try #require(Int(step))
    let isAdded = isLast && act == "add"
    try #require((0..<items.count + (isAdded ? 1 : 0)).contains(index) && "\(index)" == step, "\(step) is not there")
    switch new {
    case _ where !isLast: items[index] = try changed(items[index], steps.dropFirst(), operation)
    case let new? where isAdded: items.insert(new, at: index)
    case let new?: items[index] = new
    case nil: items.remove(at: index)
    }
    return .array(items)
}

@Suite struct JSONPatchTests {
    /// Documents that differ in every way that a document can.
    private static let documents: [JSONValue] = [
        [:], ["a": 1], ["a": "1"], ["a": .null], ["a": [1, 2, 3]], ["a": [1, 3]], ["a": []],
        ["a": [["b": 1], ["b": 2]]],
        ["a": [["b": 1], ["c": 2], 5]], ["a/b": ["~": 1, "~1": 2]], ["a/b": ["~": 2]],
        ["x": ["y": ["z": true]], "a": 1],
        ["x": ["y": ["z": false, "w": [:]]]], [1, [2, [3]]], [1, [2, [4], 5]], "text", 7,
    ]

    @Test func `a difference makes the one of the other, for all pairs, and is empty for the same`() throws {
        for old in Self.documents {
            for new in Self.documents {
                let patch = JSONPatch.difference(from: old, to: new)
                #expect(
                    try patched(old, by: patch).sorted == new.sorted,
                    "\(old.text()) → \(new.text()): \(JSONValue.array(patch).text())")
                #expect(patch.isEmpty == (old == new))
            }
        }
    }
}
