import StrictJSON

enum Clocks: Command {
    static let name = "clocks"
    static let synopsis = "[FILTER] [--limit N] [--json] [--url URL] [--token-file FILE]"
    static let summary = "the statutory time limits that run, the most urgent first"
    static let details = """
        --institution CODE  of one institution
        --clock ID          of one kind, such as CLK-05
        --due-within HOURS  not over, and due within so many hours
        --overdue           past their end
        --moved             instead, those that a plan of days off or a rule has moved, the latest first
        \(Remote.listingHelp)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: Remote.listing.union(["institution", "clock", "due-within"]),
            flags: ["json", "overdue", "moved"])
        guard arguments.words.isEmpty else { throw UsageError("name a filter, not \(arguments.words[0])") }
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
            throw UsageError("--moved goes with --institution only")
        }
        let query = arguments.query([("institution", "institution")])
        let moved = try await Remote(arguments).entries("/v1/clocks/moved", "moved", query, arguments)
        Terminal.list(
            moved, ["at", "clock", "from", "wasProvisional", "to", "provisional", "institution", "applicationNo"],
            arguments)
        return 0
    }
}
