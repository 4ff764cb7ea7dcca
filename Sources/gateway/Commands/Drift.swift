import StrictJSON
import Vocabulary

enum DriftCommand: Command {
    static let name = "drift"
    static let synopsis = "[--partner ID] [--week yyyy-Www] [--json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "报送单位的文档中哪些字段新增或不再出现，哪些代码无人认识",
        "which fields of partners' documents are new or gone, and which codes nobody knows")
    static let details: [HelpLine] =
        [
            .item("--partner ID", "某一报送单位（默认全部）", "of one partner (default all)"),
            .item(
                "--week yyyy-Www", "ISO 8601 的周，如 2024-W07（默认本周），与之前四周比较",
                "ISO 8601, such as 2024-W07 (default this week), held against the four weeks before"),
            .json,
        ] + Remote.help

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: Remote.options.union(["partner", "week"]), flags: ["json"])
        try arguments.allowWords(0)
        let query = ["partner", "week"].compactMap { name in
            arguments[name].map { "\(name)=\(Remote.escaped($0))" }
        }
        let answer = try await Remote(arguments).ask("GET", "/v1/drift?" + query.joined(separator: "&"))
        if arguments.has("json") {
            Terminal.print(answer.text(pretty: true))
            return 0
        }
        Terminal.print("\(answer["week"]?.string ?? "") 周", "week \(answer["week"]?.string ?? "")")
        for report in answer["drift"]?.array ?? [] {
            let (place, count) = (
                "\(report["partner"]?.string ?? "")  \(report["mapping"]?.string ?? "")", report["documents"]?.int ?? 0
            )
            Terminal.print("\(place)  \(count) 份文档", "\(place)  \(count) documents")
            for (name, word) in [
                ("newFields", LocalizedText("新增", "new")), ("vanishedFields", LocalizedText("不再出现", "gone")),
            ] {
                for field in report[name]?.array ?? [] {
                    let (path, count) = (field["path"]?.string ?? "", field["documents"]?.int ?? 0)
                    Terminal.print(
                        "  \(word.zh)  \(path)（\(count) 份文档）", "  \(word.en)  \(path)  (\(count) documents)")
                }
            }
            for list in report["unknownCodes"]?.array ?? [] {
                let name = list["list"]?.string ?? ""
                let (values, new, times) = (
                    list["values"]?.int ?? 0, list["newValues"]?.int ?? 0, list["times"]?.int ?? 0
                )
                Terminal.print(
                    "  \(name) 中没有的代码：\(values) 种，其中首次出现 \(new) 种，共 \(times) 次",
                    "  unknown codes of \(name): \(values) different, \(new) for the first time, \(times) times")
            }
        }
        return 0
    }
}
