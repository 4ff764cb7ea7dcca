import StrictJSON
import Vocabulary

enum Clocks: Command {
    static let name = "clocks"
    static let synopsis = "[FILTER] [--limit N] [--json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "正在计算的法定时限，最紧的在前",
        "the statutory time limits that run, the most urgent first")
    static let details: [HelpLine] =
        [
            .item("--institution CODE", "某一机构的", "of one institution"),
            .item("--clock ID", "某一种，如 CLK-05", "of one kind, such as CLK-05"),
            .item("--due-within HOURS", "未到期且在多少小时内到期的", "not over, and due within so many hours"),
            .item("--overdue", "已逾期的", "past their end"),
            .item(
                "--moved", "改为列出因调休安排或规则而移动的时限，最近的在前",
                "instead, those that a plan of days off or a rule has moved, the latest first"),
        ] + Remote.listingHelp

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: Remote.listing.union(["institution", "clock", "due-within"]),
            flags: ["json", "overdue", "moved"])
        guard arguments.words.isEmpty else {
            throw UsageError("看不懂 \(arguments.words[0])", "name a filter, not \(arguments.words[0])")
        }
        _ = try arguments.count("due-within")
        if arguments.has("moved") { return try await listMoved(arguments) }
        let query =
            arguments.query([("institution", "institution"), ("clock", "clock"), ("due-within", "dueWithinHours")])
            + (arguments.has("overdue") ? [("overdue", "true")] : [])
        let clocks = try await Remote(arguments).entries("/v1/clocks", "clocks", query, arguments)
        Terminal.list(clocks, ["dueAt", "overdue", "id", "bound", "institution", "applicationNo", "basis"], arguments)
        return 0
    }

    private static func listMoved(_ arguments: Arguments) async throws -> Int32 {
        guard arguments["clock"] == nil, arguments["due-within"] == nil, !arguments.has("overdue") else {
            throw UsageError("--moved 只能与 --institution 同用", "--moved goes with --institution only")
        }
        let query = arguments.query([("institution", "institution")])
        let moved = try await Remote(arguments).entries("/v1/clocks/moved", "moved", query, arguments)
        Terminal.list(
            moved, ["at", "clock", "from", "wasProvisional", "to", "provisional", "institution", "applicationNo"],
            arguments)
        return 0
    }
}
