import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// Whoever must write a code or read one is told the words, by every way in.
@Suite struct CodeListTests {
    @Test func `every shipped file of codes keeps to the schema beside it`() throws {
        let folder = repository.appending(path: "Mappings/codes")
        let schema = try XMLSchema(path: folder.appending(path: "code-list.xsd").path)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".xml") }
        #expect(names.count > 5)
        for name in names {
            let document = try Document.parse([UInt8](Data(contentsOf: folder.appending(path: name))))
            #expect(schema.violations(in: document).map(\.rule.rawValue) == [], "\(name)")
        }
    }

    @Test func `every list is told whole over HTTP, and not told again to who has it`() async throws {
        let lists = try shippedPipeline.get().translator.codeLists
        let gateway = try GatewayProcess()
        try gateway.start()
        let court = gateway.remote
        let told = try await court.ask("GET", "/v1/code-lists")["codeLists"]?.array ?? []
        #expect(told.compactMap { $0["name"]?.string } == lists.names)
        for name in lists.names {
            let list = try #require(lists[name])
            let answer = try await court.ask("GET", "/v1/code-lists/\(name)")
            let codes = answer["codes"]?.array ?? []
            let entries = list.entries.filter { !$0.code.isEmpty }
            #expect(codes.compactMap { $0["code"]?.string } == entries.map(\.code), "\(name)")
            #expect(codes.compactMap { $0["zh"]?.string } == entries.map(\.zh), "\(name)")
            #expect(codes.map { $0["aliases"]?.array?.count ?? 0 } == entries.map(\.aliases.count), "\(name)")
            #expect(answer["count"]?.int == entries.count, "\(name)")
        }
        func ask(_ tag: String?) async throws -> HTTPResponse {
            try await court.client.send(
                OutgoingRequest(
                    method: "GET", url: "http://127.0.0.1:\(gateway.port)/v1/code-lists/sex",
                    headers: [("Authorization", "Bearer \(GatewayProcess.partnerToken)")]
                        + (tag.map { [("If-None-Match", $0)] } ?? []), body: [], timeout: .seconds(600)))
        }
        let tag = try #require(try await ask(nil).header("ETag"))
        for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let again = try await ask(known)
            #expect(again.status == 304 && again.body.isEmpty && again.header("ETag") == tag, "\(known)")
        }
        #expect(try await ask("\"other\"").status == 200)
        #expect(try await gateway.operator("nobody").call("GET", "/v1/code-lists", body: []).status == 401)
        gateway.stop()
        gateway.remove()
    }

    @Test func `the command line lists them, shows each, and names what was meant`() throws {
        let names = try shippedPipeline.get().translator.codeLists.names
        let listed = try GatewayProcess.run(["codes", "list"])
        #expect(listed.code == 0)
        for name in names { #expect(listed.output.contains("| `\(name)` |"), "\(name)") }
        let shown = try GatewayProcess.run(["codes", "show", "sex"])
        #expect(shown.output.contains("GB/T 2261.1") && shown.output.contains("| `1` | 男"))
        let json = try JSONValue(
            parsing: Array(try GatewayProcess.run(["codes", "show", "sex", "--json"]).output.utf8))
        #expect(json["name"] == "sex" && json["codes"]?[0]?["code"] != nil)
        for (words, code) in [
            (["codes", "show", "sexx"], 1), (["codes", "lists"], 1), (["codes", "show"], 2),
            (["codes", "list", "sex"], 2),
        ] { #expect(try GatewayProcess.run(words).code == code, "\(words)") }
    }

    @Test func `the console shows every list, and field tables lead to them`() async throws {
        let names = try shippedPipeline.get().translator.codeLists.names
        let gateway = try GatewayProcess()
        try gateway.start()
        let visitor = try await ConsoleVisitor.add("li", "viewer", to: gateway, language: "zh")
        #expect(try await visitor.get("/mappings").html.contains("href=\"/console/mappings/codes\""))
        let page = try await visitor.get("/mappings/codes").html
        for name in names {
            #expect(page.contains("list?name=\(name)\""), "\(name)")
            #expect(try await visitor.get("/mappings/codes/list?name=\(name)").status == 200, "\(name)")
        }
        let sex = try await visitor.get("/mappings/codes/list?name=sex").html
        #expect(sex.contains("男") && sex.contains("也可写作"))
        #expect(try await visitor.get("/mappings/codes/list?name=none").status == 404)
        let fields = try await visitor.get("/mappings/fields?id=court/defence-notice").html
        let links = Set(fields.matches(of: /codes\/list\?name=(\w+)"/).map { String($0.1) })
        #expect(!links.isEmpty && links.isSubset(of: names))
        await visitor.leave()
        gateway.stop()
        gateway.remove()
    }
}
