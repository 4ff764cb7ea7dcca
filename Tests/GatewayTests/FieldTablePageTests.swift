import Foundation
import Testing

@testable import gateway

@Suite struct FieldTablePageTests {
    @Test func `a finding's rule leads to its row in the mapping's field table`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let visitor = try await ConsoleVisitor.add("li", "viewer", to: gateway, language: "en")
        let broken = String(decoding: courtNotice("B-1"), as: UTF8.self)
            .replacing("<XM>测试甲</XM>", with: "<XM></XM>")
        try await gateway.send(Array(broken.utf8))
        let letter = try #require(try await gateway.tray().first?["id"]?.string)
        let detail = try await visitor.get("/dead-letters/\(letter)").html
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
        await visitor.leave()
        gateway.stop()
        gateway.remove()
    }
}
