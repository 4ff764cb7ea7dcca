import Canonical
import Foundation
import Operations
import StrictJSON
import Translation
import Vocabulary

enum Codes: Command {
    static let name = "codes"
    static let synopsis = "[CODE | list | show NAME] [-o json] [--config FILE]"
    static let summary = LocalizedText(
        "错误与发现的代码：轮到谁、怎么办；代码表及其用词",
        "error codes: whose turn it is, what to do; code lists and their words")
    static let details: [HelpLine] =
        [
            .item(
                "-", "全部代码：轮到谁、发生了什么、怎么办", "every error and finding code: whose turn it is, what happened, what to do"),
            .item("CODE", "其中一个", "one of them"),
            .item("list", "生效中的代码表", "the code lists in force"),
            .item(
                "show NAME", "某代码表的全部代码、名称，以及会读作它的其他写法",
                "every code of a list, with its names and the other words that are read as it"),
            .item("-o json, --json", "以 JSON 输出；否则为 Markdown 表格", "as JSON; else a Markdown table"),
            .config,
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config"], flags: ["json"])
        let isJSON = arguments.has("json")
        switch (arguments.words.first, arguments.words.count) {
        case (nil, _): showErrors(try own(arguments), isJSON)
        case ("list", 1): showLists(try translator(arguments).codeLists, isJSON)
        case ("show", 2): try show(arguments.words[1], of: translator(arguments).codeLists, isJSON)
        case (let code?, 1) where code != "show": try showError(code, own(arguments), isJSON)
        default:
            throw UsageError("写 codes、codes CODE、codes list 或 codes show NAME", "say nothing, CODE, list, or show NAME")
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

    private static func hint(_ word: String, among known: [String]) -> LocalizedText {
        Spelling.nearest(to: word, among: known).map { LocalizedText("；是否想写 \($0)？", "; did you mean \($0)?") }
            ?? LocalizedText(same: "")
    }

    /// One code, for whoever has met it.
    private static func showError(_ code: String, _ own: [(code: String, message: String)], _ isJSON: Bool) throws {
        let rows = ErrorTable.rows(with: own)
        guard let row = rows.first(where: { $0.code == code }) else {
            let hint = hint(code, among: rows.map(\.code))
            throw CommandFailure(
                "没有代码 \(code)\(hint.zh)；gateway codes 列出全部",
                "there is no code \(code)\(hint.en); `gateway codes` lists all")
        }
        if isJSON { return Terminal.print(row.json.text(pretty: true)) }
        let turn = LocalizedText(zh: row.turn.label.zh, en: row.turn.rawValue)
        Terminal.print(Terminal.styled(row.code, .heading) + "  " + row.family.rawValue)
        Terminal.print(
            [
                HelpLine.item(LocalizedText("发生了什么", "what happened").spoken, row.happened),
                .item(LocalizedText("轮到谁", "whose turn").spoken, turn),
                .item(LocalizedText("怎么办", "what to do").spoken, row.advice),
            ].text(in: .current, columns: min(Terminal.columns ?? 100, 100)))
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
            let hint = hint(name, among: lists.names)
            throw CommandFailure(
                "没有代码表 \(name)\(hint.zh)；gateway codes list 列出全部",
                "there is no code list \(name)\(hint.en); `gateway codes list` names them")
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
