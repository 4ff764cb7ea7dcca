import Foundation
import Messaging
import Testing
import Vocabulary

@testable import gateway

/// The periods as data.
@Suite struct RetentionSettingsTests {
    private func read(_ lines: String) throws -> (schedule: RetentionSchedule?, complaints: [Complaint]) {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        try "<retention xmlns=\"urn:legal-aid-gateway:retention:1\">\n\(lines)\n</retention>".write(
            to: gateway.folder.appending(path: "retention.xml"), atomically: true, encoding: .utf8)
        do throws(ConfigurationError) {
            return (try Configuration(file: gateway.folder.appending(path: "gateway.xml").path).retention, [])
        } catch {
            return (nil, error.complaints.filter { $0.file.hasSuffix("retention.xml") })
        }
    }

    private func line(_ kind: String, _ days: String, _ rest: String = "") -> String {
        "<keep kind=\"\(kind)\" days=\"\(days)\" zh=\"依据\" en=\"basis\" \(rest)/>"
    }

    @Test func `the file that is shipped says what holds without one`() throws {
        let configuration = try Configuration(file: repository.appending(path: "config/gateway.xml").path)
        for kind in RetentionKind.allCases {
            #expect(configuration.retention[kind] == RetentionSchedule()[kind], "\(kind)")
        }
    }

    @Test func `a period is taken with its basis, and a share's holds from its receipt on`() throws {
        let schedule = try #require(try read(line("shares", "90") + line("documents", "forever")).schedule)
        #expect(schedule[.shares].days == 90 && schedule[.documents].days == nil)
        #expect(schedule[.shares].basis == LocalizedText(zh: "依据", en: "basis"))
        #expect(schedule[.leads] == RetentionSchedule()[.leads])
    }

    @Test(arguments: [
        ("shares", "366", ""), ("shares", "0", ""), ("shares", "forever", ""), ("leads", "184", ""),
        ("leads", "forever", ""), ("audit", "182", ""), ("audit", "400", ""), ("none", "10", ""),
        ("documents", "ten", ""), ("documents", "-1", ""), ("documents", "10", "until=\"x\""),
    ])
    func `what is no kind, no period or beyond the law is complained of with its line`(
        _ kind: String, _ days: String, _ rest: String
    ) throws {
        let complaints = try read("\n" + line(kind, days, rest)).complaints
        #expect(complaints.map(\.line) == [3])
    }

    @Test func `a basis left out, a kind twice and another element are complained of`() throws {
        #expect(try read("<keep kind=\"shares\" days=\"9\" zh=\"依据\"/>").complaints.map(\.line) == [2])
        #expect(try read(line("shares", "9") + "\n" + line("shares", "8")).complaints.map(\.line) == [3])
        #expect(try read("<erase/>").complaints.map(\.line) == [2])
    }
}
