import Foundation
import StrictJSON
import Vocabulary

enum Reconcile: Command {
    static let name = "reconcile"
    static let synopsis =
        "PARTNER [--day DAY] [--days N | --list FILE] [--json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "对账：与报送单位逐日往来的数目，或其清单与本方的差异",
        "what went to and fro with a partner day by day, or how its own list differs (对账)")
    static let details: [HelpLine] =
        [
            .item(
                "--day DAY", "所示最后一天，或清单所属日期（与 --list 同用时必填），如 2026-03-02",
                "the last day shown, or the day of the list (needed with --list), such as 2026-03-02"),
            .item("--days N", "多少天（默认 7）", "so many days (default 7)"),
            .item(
                "--list FILE",
                "报送单位当日清单：CSV 三列 kind,id,state（message,编号,accepted|pending|refused 或 status,编号），或与 POST /v1/reconciliation 相同的 JSON（FILE.json）；- 为标准输入",
                "the partner's list of that day: CSV with kind,id,state (message,ID,accepted|pending|refused or status,ID), or JSON as POST /v1/reconciliation takes it (FILE.json); - for standard input"
            ),
            .json,
            .wide,
            .note("退出码：0 无差异，1 有差异，2 写法不对。", "Exit codes: 0 nothing differs, 1 something does, 2 wrong use."),
        ] + Remote.help

    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(words, valued: Remote.options.union(["day", "days", "list"]), flags: ["json"])
        guard let id = arguments.words.first, arguments.words.count == 1 else {
            throw UsageError("写出报送单位：reconcile PARTNER", "say which partner: reconcile PARTNER")
        }
        let path = "/v1/partners/\(Remote.escaped(id))/reconciliation"
        let remote = try Remote(arguments)
        guard let file = arguments["list"] else {
            let query = arguments.query([("day", "day"), ("days", "days")])
                .map { "\($0.name)=\(Remote.escaped($0.value))" }.joined(separator: "&")
            let answer = try await remote.ask("GET", path + (query.isEmpty ? "" : "?\(query)"))
            Terminal.list(
                answer["days"]?.array ?? [],
                ["day", "received", "accepted", "pending", "refused", "told", "unconfirmed"], arguments)
            return 0
        }
        if arguments["days"] != nil { throw UsageError("--days 不能与 --list 同用", "--days does not go with --list") }
        let answer = try await remote.ask(
            "POST", "\(path)?day=\(Remote.escaped(try arguments.required("day")))", body: try bytes(of: file),
            mediaType: file.hasSuffix(".json") ? "application/json" : "text/csv")
        let differences = answer["differences"]?.array ?? []
        if arguments.has("json") {
            Terminal.print(answer.text(pretty: true))
        } else {
            Terminal.list(
                differences,
                [
                    "kind", "id", "yours", "ours", "at",
                    TerminalLanguage.current == .english ? "advice.en" : "advice.zh",
                ], arguments)
        }
        return differences.isEmpty ? 0 : 1
    }
}
