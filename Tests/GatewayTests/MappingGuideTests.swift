import Documents
import Foundation
import Testing

@testable import Translation
@testable import gateway

/// The guide for mapping authors, in one of its languages.
private struct Guide {
    static let all = ["Mappings/README.md", "Mappings/README.zh-CN.md"]

    let name: String
    let text: String

    init(_ name: String) throws {
        self.name = name
        text = try String(contentsOf: repository.appending(path: name), encoding: .utf8)
    }

    /// The fenced block whose opening line names the file.
    func block(_ name: String) throws -> String {
        let start = try #require(text.range(of: "```xml \(name)\n"), "the guide has no block \(name)")
        let end = try #require(text.range(of: "\n```", range: start.upperBound..<text.endIndex))
        return String(text[start.upperBound..<end.lowerBound]) + "\n"
    }

    /// Parts with a heading of their own, in order.
    var sections: [Guide] { text.components(separatedBy: "\n## ").map { Guide(name: name, text: $0) } }

    private init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    var commands: [String] {
        text.components(separatedBy: "```sh\n").dropFirst().flatMap {
            ($0.components(separatedBy: "```").first ?? "").split(separator: "\n").map(String.init)
        }
    }

    /// The codes and meanings of the table of findings.
    func findings() throws -> [(code: String, message: String)] {
        let part = try #require(sections.first { $0.text.contains("\n| `missing` |") })
        return part.text.matches(of: /\| `([A-Za-z0-9-]+)` \| (.*) \|\n/).map { (String($0.1), String($0.2)) }
    }
}

/// Both guides are followed to the letter, and their tables hold what the product knows.
@Suite(.serialized) struct MappingGuide {
    /// A gateway's folder of its own, in which the steps are taken.
    private struct Desk {
        let folder = FileManager.default.temporaryDirectory.appending(path: "guide-\(UUID().uuidString)")
        var config: String { folder.appending(path: "config/gateway.xml").path }
        var agency: URL { folder.appending(path: "Mappings/seafarers") }

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["Mappings", "config"] {
                try FileManager.default.copyItem(
                    at: repository.appending(path: name), to: folder.appending(path: name))
            }
        }

        func write(_ text: String, to path: String) throws {
            let file = folder.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }

        /// Puts a line in front of a file's last closing tag.
        func add(_ text: String, to path: String) throws {
            let whole = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            let end = try #require(whole.range(of: "</", options: .backwards)).lowerBound
            try write(whole[..<end] + text + whole[end...], to: path)
        }

        func run(_ command: String) async throws {
            var words = command.split(separator: " ").map(String.init)
            #expect(words.removeFirst() == "gateway")
            let name = words.removeFirst()
            words = words.map { word in
                word == "sample.xml" || word.hasPrefix("Mappings/") ? folder.appending(path: word).path : word
            }
            words += ["--config", config]
            switch name {
            case "translate": #expect(try await Translate.run(words) == 0, "\(command)")
            case "mappings": #expect(try await MappingsCommand.run(words) == 0, "\(command)")
            default: Issue.record("the guide calls \(name)")
            }
        }

        func remove() { try? FileManager.default.removeItem(at: folder) }
    }

    @Test(arguments: Guide.all)
    func `the steps make an agency that loads, proves itself, leaves nothing to note and hears of its referrals`(
        name: String
    ) async throws {
        let guide = try Guide(name)
        let desk = try Desk()
        defer { desk.remove() }
        try desk.write(guide.block("sample.xml"), to: "sample.xml")
        for section in guide.sections {
            // What stands in blocks is the author's own work.
            if section.text.contains("```xml status.xml") {
                try desk.add(section.block("sender-kinds.xml"), to: "Mappings/sender-kinds.xml")
                try desk.write(section.block("status.xml"), to: "Mappings/seafarers/status/mapping.xml")
                try desk.add(section.block("partners.xml"), to: "config/partners.xml")
            }
            for command in section.commands {
                try await desk.run(command)
                guard command.hasPrefix("gateway mappings new") else { continue }
                try desk.write(guide.block("mapping.xml"), to: "Mappings/seafarers/referral/mapping.xml")
                for example in ["required-only.xml", "invalid-no-name.xml"] {
                    try desk.write(guide.block(example), to: "Mappings/seafarers/referral/examples/\(example)")
                }
            }
        }
        try check(desk)
        try checkStatuses(desk)
    }

    private func check(_ desk: Desk) throws {
        func expected(_ name: String) throws -> String {
            let file = desk.agency.appending(path: "referral/examples/\(name).expected.json")
            return try String(contentsOf: file, encoding: .utf8)
        }
        let whole = try expected("all-fields.xml")
        for part in [
            #""outcome": "accepted""#, #""amount": "26000.00""#, #""idNumber": "320411198506109938""#,
            #""mobile": "13800000007""#, #""caseDomain": "labourArbitration""#, #""idProof""#,
        ] { #expect(whole.contains(part), "\(part)") }
        #expect(try expected("required-only.xml").contains(#""outcome": "accepted""#))
        #expect(try expected("invalid-no-name.xml").contains(#""outcome": "invalid""#))

        let pipeline = try Gateway.pipeline(try Configuration(file: desk.config))
        let examples = try MappingExample.all(in: desk.folder.appending(path: "Mappings").path)
            .filter { $0.name.hasPrefix("seafarers/") }
            .map { example in
                SampleDocument(
                    name: example.document.lastPathComponent,
                    bytes: [UInt8](try Data(contentsOf: example.document)))
            }
        let notes = pipeline.translator.lint(
            examples: ["seafarers/referral": examples], receivedAt: MappingExample.receivedAt, limits: .init()
        ).filter { $0.place == "seafarers/referral" || $0.place == "seafarers/status" }
        #expect(notes.isEmpty, "\(notes)")
    }

    /// A community body hears that a lawyer was assigned, where and by which telephone; not who, nor a decision.
    private func checkStatuses(_ desk: Desk) throws {
        let folder = desk.agency.appending(path: "status/examples")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        let assigned = try #require(names.first { $0.hasPrefix("12-") })
        let document = try Document.parse([UInt8](Data(contentsOf: folder.appending(path: assigned))))
        #expect(document.encoding == .gb18030 && document.root.attribute("BB") == "1.0")
        #expect(document.root.child(named: "ZTDM")?.text == "12")
        #expect(document.root.child(named: "JG")?.child(named: "DH")?.text.isEmpty == false)
        #expect(!names.contains { $0.hasPrefix("17-") })
    }

    @Test(arguments: Guide.all) func `a guide tells every finding with its meaning, and no other`(name: String) throws {
        let rows = Finding.messages.sorted { $0.key < $1.key }
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            let file = repository.appending(path: name)
            let text = try String(contentsOf: file, encoding: .utf8)
            let table = rows.map { "| `\($0.key)` | \($0.value) |\n" }.joined()
            let isChinese = name.contains("zh-CN")
            let head =
                isChinese ? "| 代码 | 含义和改正办法 |\n|---|---|\n" : "| code | what it means and how to mend it |\n|---|---|\n"
            let start = try #require(text.range(of: head)).upperBound
            let end = try #require(text.range(of: "\n\n", range: text.index(before: start)..<text.endIndex)).lowerBound
            try Data((text[..<start] + table + text[end...].dropFirst()).utf8).write(to: file)
        }
        let told = try Guide(name).findings()
        #expect(told.map(\.code) == rows.map(\.key), "UPDATE_GOLDEN=1 writes the table anew")
        for (row, one) in zip(rows, told) { #expect(one.message == row.value, "\(one.code)") }
    }

    @Test(arguments: Guide.all)
    func `a guide tells every word of the language, every converter, test and note`(name: String) throws {
        let text = try Guide(name).text
        let language = try String(contentsOf: repository.appending(path: "Mappings/mapping.xsd"), encoding: .utf8)
        for part in language.components(separatedBy: "<xs:element name=\"").dropFirst() {
            let element = part.prefix { $0 != "\"" }
            let section = try #require(
                text.components(separatedBy: "#### `<\(element)>`\n").dropFirst().first, "add <\(element)> to \(name)"
            )
            let own = section.components(separatedBy: "\n#").first ?? section
            for attribute in part.components(separatedBy: "<xs:attribute name=\"").dropFirst() {
                let word = attribute.prefix { $0 != "\"" }
                #expect(own.contains("| `\(word)` |"), "add \(element)/@\(word) to \(name)")
            }
        }
        for converter in Converter.allCases { #expect(text.contains("`\(converter.rawValue)`"), "\(converter)") }
        for note in LintNote.Code.allCases { #expect(text.contains("| `\(note.rawValue)` |"), "\(note)") }
        for test in TextFunction.allCases { #expect(text.contains("`\(test.rawValue)(x"), "\(test)") }
    }
}
