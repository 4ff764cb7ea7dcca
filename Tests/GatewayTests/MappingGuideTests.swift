import Foundation
import Testing

@testable import Translation
@testable import gateway

private let guide = repository.appending(path: "Mappings/README.md")

/// The guide for mapping authors is followed by the dead letter, and its tables hold what the product knows.
@Suite(.serialized) struct MappingGuide {
    private let text: String

    init() throws { text = try String(contentsOf: guide, encoding: .utf8) }

    /// The fenced block whose opening line names the file.
    private func block(_ name: String) throws -> String {
        let start = try #require(text.range(of: "```xml \(name)\n"), "the guide has no block \(name)")
        let end = try #require(text.range(of: "\n```", range: start.upperBound..<text.endIndex))
        return String(text[start.upperBound..<end.lowerBound]) + "\n"
    }

    private func commands() -> [String] {
        text.components(separatedBy: "```sh\n").dropFirst().flatMap {
            ($0.components(separatedBy: "```").first ?? "").split(separator: "\n").map(String.init)
        }
    }

    @Test func `the ten steps make an agency that loads, proves itself and leaves nothing to note`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "guide-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["Mappings", "config"] {
            try FileManager.default.copyItem(
                at: repository.appending(path: name), to: folder.appending(path: name))
        }
        let config = folder.appending(path: "config/gateway.xml").path
        let agency = folder.appending(path: "Mappings/seafarers/referral")
        try block("sample.xml").write(to: folder.appending(path: "sample.xml"), atomically: true, encoding: .utf8)
        for command in commands() {
            var words = command.split(separator: " ").map(String.init)
            #expect(words.removeFirst() == "gateway")
            let name = words.removeFirst()
            words = words.map { word in
                if word == "sample.xml" { return folder.appending(path: word).path }
                return word.hasPrefix("Mappings/") ? folder.appending(path: word).path : word
            }
            words += ["--config", config]
            switch name {
            case "translate": #expect(try await Translate.run(words) == 0, "\(command)")
            case "mappings":
                #expect(try await MappingsCommand.run(words) == 0, "\(command)")
            default: Issue.record("the guide calls \(name)")
            }
            // Steps 4 and 7 are the author's own work.
            if words[0] == "new" {
                try block("mapping.xml").write(
                    to: agency.appending(path: "mapping.xml"), atomically: true, encoding: .utf8)
                for example in ["required-only.xml", "invalid-no-name.xml"] {
                    try block(example).write(
                        to: agency.appending(path: "examples/\(example)"), atomically: true, encoding: .utf8)
                }
            }
        }
        try check(agency, config: config)
    }

    private func check(_ agency: URL, config: String) throws {
        func expected(_ name: String) throws -> String {
            try String(contentsOf: agency.appending(path: "examples/\(name).expected.json"), encoding: .utf8)
        }
        let whole = try expected("all-fields.xml")
        for part in [
            #""outcome": "accepted""#, #""amount": "26000.00""#, #""idNumber": "320411198506109938""#,
            #""mobile": "13800000007""#, #""caseDomain": "labourArbitration""#, #""idProof""#,
        ] { #expect(whole.contains(part), "\(part)") }
        #expect(try expected("required-only.xml").contains(#""outcome": "accepted""#))
        #expect(try expected("invalid-no-name.xml").contains(#""outcome": "invalid""#))

        let pipeline = try Gateway.pipeline(try Configuration(file: config))
        let examples = try MappingExample.all(in: agency.deletingLastPathComponent().deletingLastPathComponent().path)
            .filter { $0.name.hasPrefix("seafarers/") }
            .map { example in
                SampleDocument(
                    name: example.document.lastPathComponent,
                    bytes: [UInt8](try Data(contentsOf: example.document)))
            }
        let notes = pipeline.translator.lint(
            examples: ["seafarers/referral": examples], receivedAt: MappingExample.receivedAt, limits: .init()
        ).filter { $0.place == "seafarers/referral" }
        #expect(notes.isEmpty, "\(notes)")
    }

    @Test func `the guide tells every finding with its meaning`() {
        for (code, message) in Finding.messages.sorted(by: { $0.key < $1.key }) {
            #expect(
                text.contains("| `\(code)` | \(message) |"), "add to Mappings/README.md: | `\(code)` | \(message) |")
        }
    }

    @Test func `the guide tells every word of the language, every converter, every note`() throws {
        let language = try String(contentsOf: repository.appending(path: "Mappings/mapping.xsd"), encoding: .utf8)
        for part in language.components(separatedBy: "<xs:element name=\"").dropFirst() {
            let element = part.prefix { $0 != "\"" }
            let section = try #require(
                text.components(separatedBy: "#### `<\(element)>`\n").dropFirst().first, "add <\(element)> to the guide"
            )
            let own = section.components(separatedBy: "\n#").first ?? section
            for attribute in part.components(separatedBy: "<xs:attribute name=\"").dropFirst() {
                let name = attribute.prefix { $0 != "\"" }
                #expect(own.contains("| `\(name)` |"), "add \(element)/@\(name) to the guide")
            }
        }
        for converter in Converter.allCases { #expect(text.contains("`\(converter.rawValue)`"), "\(converter)") }
        for note in LintNote.Code.allCases { #expect(text.contains("| `\(note.rawValue)` |"), "\(note)") }
    }
}
