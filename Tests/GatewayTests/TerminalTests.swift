import Foundation
import Testing
import Vocabulary

@testable import gateway

/// How the commands speak, lay out and are looked up.
@Suite struct TerminalTests {
    @Test func `the locale decides in which words the commands speak`() {
        for (environment, language) in [
            ([:], TerminalLanguage.both), (["LANG": "C"], .both), (["LANG": "zh_CN.UTF-8"], .chinese),
            (["LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"], .english),
            (["LANG": "en_US", "LC_MESSAGES": "zh"], .chinese),
            (["LANG": "zh_CN", "LC_ALL": ""], .chinese), (["LANG": "de_DE.UTF-8"], .both),
        ] { #expect(TerminalLanguage(environment) == language, "\(environment)") }
        let text = LocalizedText("已恢复", "open again")
        #expect(TerminalLanguage.allCases.map { $0(text) } == ["已恢复", "open again", "已恢复 open again"])
    }

    @Test(arguments: 8...60) func `no line is wider than there is room, and nothing is lost`(columns: Int) {
        let texts = [
            "暂停外发；其间到来的照常保存（恢复之后依次送出），不丢失任何一件。",
            "nothing goes out to it; what comes meanwhile is kept, in order",
            "写入 credentials.xml 的一行：用 gateway keys new --partner ID，有效期见 --days。", "", "一",
        ]
        for text in texts {
            let lines = TextColumns.wrapped(text, to: columns)
            let squeezed = { (text: String) in text.replacing(" ", with: "") }
            #expect(squeezed(lines.joined()) == squeezed(text))
            #expect(lines.joined(separator: " ").split(separator: " ").joined(separator: " ").contains("  ") == false)
            for line in lines where TextColumns.width(line) > columns {
                // A word is not torn, however long.
                #expect(!line.contains(" ") && line.unicodeScalars.filter { $0.value > 0x2E80 }.count <= 2, "\(line)")
            }
            for line in lines.dropFirst() { #expect(!"，。；：）".contains(line.first ?? "x"), "\(line)") }
            // Words of a language that sets blanks keep them.
            if columns > 12, text.hasPrefix("nothing") { #expect(lines.joined(separator: " ") == text) }
        }
    }

    @Test func `a table fits the terminal, and is whole where nobody watches`() {
        var table = Table(["id", "advice"])
        table.add(["01J", String(repeating: "联系报送单位 ", count: 12)])
        #expect(!table.text(fitting: nil).contains("…"))
        for columns in [20, 40, 80] {
            let lines = table.text(fitting: columns).split(separator: "\n").map(String.init)
            #expect(lines.allSatisfy { TextColumns.width($0) <= columns }, "\(columns)")
            #expect(lines.last?.contains("…") == true && lines.last?.contains("01J") == true)
        }
    }

    @Test func `figures and moments are written for people`() {
        #expect(
            [0, 999, 1000, 123_456, -1_234_567].map(Cell.figure) == ["0", "999", "1,000", "123,456", "-1,234,567"])
        #expect(Cell.text("2026-03-02T09:30:15+08:00") == "2026-03-02 09:30")
        #expect(Cell.text("2026-03-02T09:30:15Z") == "2026-03-02T09:30:15Z", "another zone is told")
        #expect(Cell.text("CZ-TN") == "CZ-TN")
    }

    @Test func `options are found by their names, and a slip is answered by the nearest`() throws {
        let known = try Arguments(
            ["list", "-o", "wide", "--limit=5", "--", "--json"], valued: ["limit"], flags: ["json"])
        #expect(known.words == ["list", "--json"] && known.has("wide") && !known.has("json") && known["limit"] == "5")
        #expect(try Arguments(["-o=json"], valued: [], flags: ["json"]).has("json"))
        for (words, told) in [
            (["--limti", "5"], "did you mean --limit?"), (["-o", "xml"], "-o takes json or wide"), (["-o"], "-o takes"),
            (["-x"], "unknown option -x"), (["--limit"], "--limit needs a value"),
        ] {
            let error = #expect(throws: UsageError.self) { try Arguments(words, valued: ["limit"], flags: ["json"]) }
            #expect(error?.text.en.contains(told) == true, "\(words)")
        }
        #expect(throws: UsageError.self) { try Arguments(["-o", "json"], valued: [], flags: []) }
    }

    // MARK: The program

    @Test func `help is had by every habit, in the words of the locale`() throws {
        for words in [["keys", "-h"], ["keys", "--help"], ["help", "keys"]] {
            let (code, output) = try GatewayProcess.run(words, with: ["LANG": "zh_CN.UTF-8"])
            #expect(code == 0 && output.contains("令牌只显示这一次") && !output.contains("printed once"), "\(words)")
        }
        let english = try GatewayProcess.run(["help", "keys"], with: ["LANG": "en_GB.UTF-8"])
        #expect(english.output.contains("printed once") && !english.output.contains("令牌"))
        for (words, told) in [
            (["srve"], "did you mean serve?"), (["help", "deadletters"], "did you mean dead-letters?"),
            (["xyzzyx"], "no command"),
        ] {
            let (code, output) = try GatewayProcess.run(words, complaints: true, with: ["LANG": "en"])
            #expect(code == 2 && output.contains(told), "\(output)")
        }
    }

    @Test func `what was named and does not exist is a failure, not a slip of the command line`() throws {
        for words in [
            ["codes", "no-such-code"], ["codes", "show", "noList"], ["mappings", "table", "no/such"],
            ["mappings", "lint", "no/such"], ["mappings", "schema", "no/such"], ["partner-kit", "nobody"],
            ["translate", "/nowhere/file.xml"], ["translate", "--mapping", "no/such", "README.md"],
        ] {
            let (code, output) = try GatewayProcess.run(words, complaints: true, with: ["LANG": "en"])
            #expect(code == 1, "\(words): \(output)")
        }
        let told = try GatewayProcess.run(["codes", "mising"], complaints: true, with: ["LANG": "en"])
        #expect(told.output.contains("did you mean missing?"))
        let one = try GatewayProcess.run(["codes", "missing"], with: ["LANG": "en"])
        #expect(one.code == 0 && one.output.contains("whose turn") && one.output.contains("Required and not there"))
    }

    @Test func `a gateway that cannot be reached is named, with where it was looked for and why`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("secret-token\n".utf8).write(to: folder.appending(path: "token"))
        let profile = folder.appending(path: "profile")
        func run(_ text: String, _ more: [String: String] = [:], _ words: [String] = []) throws -> (Int32, String) {
            try Data(text.utf8).write(to: profile)
            let (code, output) = try GatewayProcess.run(
                ["clocks"] + words, complaints: true,
                with: ["LANG": "en", "LEGAL_AID_GATEWAY_PROFILE": profile.path].merging(more) { $1 })
            #expect(!output.contains("secret-token"))
            return (code, output)
        }
        // Port 1 is reserved, and nobody listens there.
        let usual = "# mine\nurl = http://127.0.0.1:1/\ntoken-file = token\n"
        let (code, output) = try run(usual)
        #expect(code == 1 && output.contains("http://127.0.0.1:1: no connection"), "\(output)")
        // Nearer wins: option, environment, profile.
        #expect(
            try run(usual, ["LEGAL_AID_GATEWAY_URL": "http://127.0.0.1:2"]).1.contains("127.0.0.1:2: no connection"))
        let option = try run(usual, ["LEGAL_AID_GATEWAY_URL": "http://127.0.0.1:2"], ["--url", "http://127.0.0.1:3"])
        #expect(option.1.contains("127.0.0.1:3: no connection"))
        #expect(try run("url = ftp://h\ntoken-file = token\n").1.contains("this is no http:// or https:// address"))
        let slip = try run("url = http://127.0.0.1:1\ntoken secret-token\n")
        #expect(slip.0 == 1 && slip.1.contains("\(profile.path):2: a line is"))
        #expect(try run("url = http://127.0.0.1:1\n").0 == 2, "no token")
        #expect(try run("token-file = gone\n").1.contains("gone: cannot be read"))
    }

    @Test func `a port that is taken is told as one`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let (code, output) = try gateway.serveOnce(port: gateway.port)
        #expect(code == 1 && output.contains("cannot listen on 127.0.0.1 port \(gateway.port)"), "\(output)")
        gateway.stop()
        gateway.remove()
    }
}
