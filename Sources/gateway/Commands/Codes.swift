import Canonical
import Foundation
import Operations
import StrictJSON
import Translation

enum Codes: Command {
    static let name = "codes"
    static let synopsis = "[list | show NAME] [--json]"
    static let summary = "error codes: whose turn it is, what to do; code lists and their words"
    static let details = """
                     every error and finding code: whose turn it is, what happened, what to do
        list           the code lists in force
        show NAME      every code of a list, with its names and the other words that are read as it
          --json       machine-readable; else a Markdown table
          --config FILE  settings (default config/gateway.xml)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config"], flags: ["json"])
        let isJSON = arguments.has("json")
        switch (arguments.words.first, arguments.words.count) {
        case (nil, _): showErrors(try own(arguments), isJSON)
        case ("list", 1): showLists(try translator(arguments).codeLists, isJSON)
        case ("show", 2): try show(arguments.words[1], of: translator(arguments).codeLists, isJSON)
        default: throw UsageError("say nothing, list, or show NAME")
        }
        return 0
    }

    private static func translator(_ arguments: Arguments) throws -> Translator {
        try Gateway.pipeline(Configuration(file: arguments["config"] ?? Defaults.configuration)).translator
    }

    /// The codes of the mappings' own. Where no settings were named and none are there, the gateway's codes are told alone.
    private static func own(_ arguments: Arguments) throws -> [(code: String, message: String)] {
        guard arguments["config"] != nil || FileManager.default.fileExists(atPath: Defaults.configuration) else {
            return []
        }
        return try translator(arguments).ownFindings
    }

    private static func showErrors(_ own: [(code: String, message: String)], _ isJSON: Bool) {
        let rows = ErrorTable.rows(with: own)
        if isJSON {
            Terminal.print(JSONValue.array(rows.map(\.json)).text(pretty: true))
            return
        }
        Terminal.print("| code | met as | turn | what happened | what to do |\n|---|---|---|---|---|")
        for row in rows {
            Terminal.print(
                "| `\(row.code)` | \(row.family.rawValue) | \(row.turn.label.zh) \(row.turn.rawValue) "
                    + "| \(row.happened.zh) \(row.happened.en) | \(row.advice.zh) \(row.advice.en) |")
        }
    }

    private static func showLists(_ lists: CodeLists, _ isJSON: Bool) {
        let all = lists.names.compactMap { lists[$0] }
        if isJSON {
            Terminal.print(JSONValue.array(all.map(\.summary)).text(pretty: true))
            return
        }
        Terminal.print("| 代码表 list | 代码数 codes | 匹配 match | 标准 standard |\n|---|---|---|---|")
        for list in all {
            let count = list.entries.filter { !$0.code.isEmpty }.count
            Terminal.print("| `\(list.name)` | \(count) | \(list.match.rawValue) | \(list.standard ?? "") |")
        }
    }

    private static func show(_ name: String, of lists: CodeLists, _ isJSON: Bool) throws {
        guard let list = lists[name] else {
            let hint = Spelling.nearest(to: name, among: lists.names).map { "; did you mean \($0)?" } ?? ""
            throw UsageError("there is no code list \(name)\(hint); `gateway codes list` names them")
        }
        Terminal.print(isJSON ? list.json.text(pretty: true) : list.markdown)
    }
}

extension CodeList {
    fileprivate var markdown: String {
        let head = "| 代码 code | 名称 name | English | 也可写作 also read |\n|---|---|---|---|"
        let rows = entries.filter { !$0.code.isEmpty }.map { entry in
            "| `\(entry.code)` | \(entry.zh) | \(entry.en ?? "") | \(entry.aliases.joined(separator: "、")) |"
        }
        let nothing =
            wordsWithoutCode.isEmpty ? "" : "\n\n不表示任何代码 mean no code: \(wordsWithoutCode.joined(separator: "、"))"
        return "# \(name)\(standard.map { " \($0)" } ?? "")\n\n" + ([head] + rows).joined(separator: "\n") + nothing
    }
}
