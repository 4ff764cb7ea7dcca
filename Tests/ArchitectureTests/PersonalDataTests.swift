import Foundation
import Testing

/// What says something of a person is read as such, so that its type masks it.
@Suite struct PersonalDataTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Sources")

    @Test func `personal fields of an application are read by the type that masks them`() throws {
        let literal =
            /\.text\(\s*"(?:recipient|reference|applicant|guardian|agent)\.(?:name|nameAlias|idNumber|birthDate|mobile|landline|phone|address|[a-zA-Z]+Address)"/
        let joined = /\.text\([a-zA-Z]+ \+ "\.(?:name|idNumber|birthDate|mobile|phone|address)"/
        var found: [String] = []
        var looked = 0
        for path in try FileManager.default.subpathsOfDirectory(atPath: Self.sources.path)
        where path.hasSuffix(".swift") {
            let text = try String(contentsOf: Self.sources.appending(path: path), encoding: .utf8)
            looked += 1
            found +=
                (text.matches(of: literal).map { "\(path): \($0.output)" })
                + text.matches(of: joined).map { "\(path): \($0.output)" }
        }
        // A day, not the person's name for it.
        found.removeAll { $0.hasPrefix("Canonical/LegalAidApplication.swift") && $0.contains("recipient.birthDate") }
        #expect(looked > 300 && found.isEmpty, "\(found)")
    }

    /// A part of a document is no value of a log line: only the two notices of the gateway's own are JSON there.
    @Test func `nothing but the gateway's own notices is written into the log as JSON`() throws {
        var found: [String] = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: Self.sources.path)
        where path.hasSuffix(".swift") {
            let text = try String(contentsOf: Self.sources.appending(path: path), encoding: .utf8)
            found += Array(
                repeating: path,
                count: text.matches(of: /", \.notice\(/).count + text.ranges(of: "LogValue.notice").count)
        }
        #expect(
            found.filter { $0 != "Observability/LogValue.swift" }.sorted() == [
                "Operations/Watch/AlertService.swift", "gateway/Composition/Errands.swift",
            ], "\(found)")
    }
}
