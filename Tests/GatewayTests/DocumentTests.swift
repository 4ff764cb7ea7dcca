import Foundation
import Testing

@testable import gateway

/// A page that people read.
private struct Page {
    let name: String
    let text: String

    init(_ name: String) throws {
        self.name = name
        text = try String(contentsOf: repository.appending(path: name), encoding: .utf8)
    }

    /// Every Markdown page outside of folders that tools make.
    static func all() throws -> [Page] {
        let roots = ["README.md", "README.zh-CN.md", "CHANGELOG.md"]
        let below = ["config", "Mappings", "Sources", "Tests"].flatMap { folder in
            (FileManager.default.enumerator(atPath: repository.appending(path: folder).path)?.allObjects ?? [])
                .compactMap { $0 as? String }.filter { $0.hasSuffix(".md") }.map { "\(folder)/\($0)" }
        }
        return try (roots + below).sorted().map { try Page($0) }
    }

    /// The text without its fenced blocks.
    var prose: String {
        text.components(separatedBy: "\n```").enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            .joined(separator: "\n")
    }

    /// The lines of its blocks of commands, without their comments.
    var commands: [String] {
        text.components(separatedBy: "```sh\n").dropFirst().flatMap { block in
            (block.components(separatedBy: "\n```").first ?? "").split(separator: "\n").map { line in
                (line.components(separatedBy: " #").first ?? "").trimmingCharacters(in: .whitespaces)
            }
        }.filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    /// What each heading is called in links, as GitHub does it.
    var anchors: Set<String> {
        Set(
            prose.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" || $0 == " " }.lowercased()
                return title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                    .replacing(" ", with: "-")
            })
    }

    var headings: Int { prose.split(separator: "\n").count { $0.hasPrefix("## ") } }
}

/// What the manuals say is so.
@Suite struct DocumentTests {
    /// Two languages of one page.
    static let pairs = [
        ["README.md", "README.zh-CN.md"], ["config/manuals/installation.md", "config/manuals/installation.zh-CN.md"],
        ["config/manuals/security.md", "config/manuals/security.zh-CN.md"],
        ["config/manuals/operators.md", "config/manuals/operators.zh-CN.md"],
    ]

    @Test(arguments: pairs)
    func `both languages of a page have the same sections and the same commands`(pair: [String]) throws {
        let (english, chinese) = (try Page(pair[0]), try Page(pair[1]))
        #expect(english.headings == chinese.headings)
        /// Words that stand for the reader's own are in the reader's language.
        func plain(_ commands: [String]) -> [String] {
            commands.map { $0.replacing(/\b[A-Z]{2,}\b|\p{Han}+/, with: "…") }
        }
        #expect(plain(english.commands) == plain(chinese.commands))
    }

    @Test func `every link of a page leads somewhere`() throws {
        for page in try Page.all() {
            let folder = (page.name as NSString).deletingLastPathComponent
            for link in page.prose.matches(of: /\]\(([^)\s]+)\)/).map({ String($0.output.1) })
            where !link.contains("://") && !link.contains("{") {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let target = parts[0].isEmpty ? page.name : "\(folder.isEmpty ? "" : folder + "/")\(parts[0])"
                let file = repository.appending(path: target).standardizedFileURL
                guard FileManager.default.fileExists(atPath: file.path) else {
                    // Kits and reports name files that are made beside them.
                    if !page.name.contains("/Kit/") { Issue.record("\(page.name): \(link) leads nowhere") }
                    continue
                }
                if parts.count == 2, file.pathExtension == "md" {
                    let anchor = parts[1].removingPercentEncoding ?? parts[1]
                    let relative = String(file.path.dropFirst(repository.standardizedFileURL.path.count + 1))
                    #expect(try Page(relative).anchors.contains(anchor), "\(page.name): \(link)")
                }
            }
        }
    }

    /// Every `gateway COMMAND --option` of a page, in blocks and in the text, against the command's own help: a page cannot
    /// name what the program does not take.
    @Test func `every command and option that a page shows is one of the program's`() throws {
        let commands = Dictionary(uniqueKeysWithValues: GatewayProgram.commands.map { ($0.name, $0) })
        for page in try Page.all() where page.name != "CHANGELOG.md" {
            let inText = page.prose.matches(of: /`(gateway [^`\n]*)`/).map { String($0.output.1) }
            let lines = page.commands + inText
            for line in lines {
                for call in line.matches(of: /(?:^|[\s\/("$])gateway ((?:--)?[a-z][a-z-]*(?:\|[a-z-]+)*)([^|;&)]*)/) {
                    for name in call.output.1.split(separator: "|").map(String.init) where !name.hasPrefix("--") {
                        // `gateway help` and words of prose that follow the name.
                        guard name != "help" else { continue }
                        guard let command = commands[name] else {
                            Issue.record("\(page.name): there is no command \(name): \(line)")
                            continue
                        }
                        let known = Set(Completion.options(of: command))
                        for option in call.output.2.matches(of: /(?:^|[\s\[|(])(--[a-z][a-z-]*)/) {
                            #expect(known.contains(String(option.output.1)), "\(page.name): \(line)")
                        }
                    }
                }
            }
        }
    }

    @Test func `the product has one Chinese name`() throws {
        for page in try Page.all() {
            #expect(!page.text.contains(/法律援助转介网关|对接网关/), "\(page.name)")
        }
    }
}
