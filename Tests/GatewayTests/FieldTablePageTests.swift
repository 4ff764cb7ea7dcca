import Foundation
import Intake
import Testing
import Translation

@testable import gateway

@Suite struct FieldTablePageTests {
    @Test func `a finding's rule leads to its row in the mapping's field table`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let visitor = try await ConsoleVisitor.add("li", "viewer", to: gateway, language: "en")
        let broken = String(decoding: courtNotice("B-1"), as: UTF8.self)
            .replacing("<XM>测试甲</XM>", with: "<XM></XM>")
        try await gateway.send(Array(broken.utf8))
        let deadLetter = try #require(try await gateway.tray().first?["id"]?.string)
        let detail = try await visitor.get("/dead-letters/\(deadLetter)").html
        let link = try #require(detail.firstMatch(of: /href="\/console(\/mappings\/fields\?id=[^#"]+)#(line-\d+)"/))
        let page = try await visitor.get(String(link.1))
        #expect(page.status == 200)
        let row = page.html.matches(of: /<tr>.*?<\/tr>/).first { $0.0.contains("id=\"\(link.2)\"") }
        // The name is required; its place, field and converter are told.
        let cells = String(try #require(row).0)
        for part in ["XM", "recipient.name", "<strong>yes</strong>", "personName"] {
            #expect(cells.contains(part), "\(part) in \(cells)")
        }
        let identifiers = page.html.matches(of: /id="(line-\d+)"/).map(\.1)
        #expect(Set(identifiers).count == identifiers.count)
        #expect(try await visitor.get("/mappings").html.contains("href=\"/console/mappings/fields?id=court"))
        #expect(try await visitor.get("/mappings/fields?id=none").status == 404)
        let tried = try await visitor.post("/mappings/try", ["document": broken, "mapping": ""]).html
        let findings = tried.matches(of: /href="\/console\/mappings\/fields\?id=[^#"]+#(line-\d+)"/)
            .map { String($0.1) }
        #expect(findings.contains(String(link.2)))
        #expect(Set(findings).isSubset(of: identifiers.map(String.init)))
        await visitor.leave()
        gateway.stop()
        gateway.remove()
    }

    @Test func `whatever a dry run says of any example stands in its mapping's field table`() throws {
        let pipeline = try shippedPipeline.get()
        var lines: [String: Set<Int>] = [:]
        for mapping in pipeline.translator.mappings {
            let table = try #require(pipeline.translator.fieldTable(of: mapping.id))
            lines[mapping.id] = Set(table.rows.flatMap { [$0.line] + $0.opens } + table.checks.map(\.line))
        }
        for example in try MappingExample.all(in: repository.appending(path: "Mappings").path) {
            let walk = pipeline.walk(
                Pipeline.Message(
                    bytes: [UInt8](try Data(contentsOf: example.document)), receivedAt: MappingExample.receivedAt,
                    explain: true))
            let rules =
                walk.records.flatMap { $0.findings.map(\.rule) + $0.traces.map(\.rule) } + walk.findings.map(\.rule)
            for rule in rules.compactMap(\.self) {
                // What follows from the mapping as a whole bears its name alone.
                let parts = rule.split(separator: ":").map(String.init)
                let table = try #require(lines[parts[0]])
                let isThere = parts.count == 1 || Int(parts[1]).map(table.contains) == true
                #expect(isThere, "\(rule) of \(example.name)")
            }
        }
    }
}
