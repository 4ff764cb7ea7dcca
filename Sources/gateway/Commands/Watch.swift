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
        \(Remote.listingHelp)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: Remote.listing.union(["institution", "clock", "due-within"]),
            flags: ["json", "overdue"])
        guard arguments.words.isEmpty else { throw UsageError("name a filter, not \(arguments.words[0])") }
        _ = try arguments.count("due-within")
        let query =
            arguments.query([("institution", "institution"), ("clock", "clock"), ("due-within", "dueWithinHours")])
            + (arguments.has("overdue") ? [("overdue", "true")] : [])
        let clocks = try await Remote(arguments).entries("/v1/clocks", "clocks", query, arguments)
        Terminal.list(clocks, ["dueAt", "overdue", "id", "bound", "institution", "applicationNo", "basis"], arguments)
        return 0
    }
}

enum Parked: Command {
    static let name = "parked"
    static let synopsis = "[--limit N] [--json] [--url URL] [--token-file FILE]"
    static let summary = "messages that came before the referral they belong to, and wait for it"
    static let details = Remote.listingHelp

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.listing, flags: ["json"])
        guard arguments.words.isEmpty else { throw UsageError("\(arguments.words[0]) is not understood") }
        let waiting = try await Remote(arguments).entries("/v1/parked", "parked", [], arguments)
        Terminal.list(waiting, ["until", "receivedAt", "kind", "partner", "referralId"], arguments)
        return 0
    }
}

enum Alerts: Command {
    static let name = "alerts"
    static let synopsis = "[--json] [--url URL] [--token-file FILE]"
    static let summary = "alerts that have begun and are not over, with what to do"
    static let details = Remote.help

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.options, flags: ["json"])
        guard arguments.words.isEmpty else { throw UsageError("\(arguments.words[0]) is not understood") }
        let alerts = try await Remote(arguments).ask("GET", "/v1/alerts")["alerts"]?.array ?? []
        Terminal.list(alerts, ["beganAt", "alert", "subject", "text", "advice"], arguments)
        return 0
    }
}

enum Partners: Command {
    static let name = "partners"
    static let synopsis = "[list | pause ID | resume ID] [--reason TEXT] [--json] [--url URL] [--token-file FILE]"
    static let summary = "how partners stand: last seen, errors, statuses to confirm, circuit; pause and resume"
    static let details = """
        list                       (default)
        \(OutletAct.help)
        \(Remote.help)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        try await OutletAct.run(
            arguments, of: "partners",
            columns: [
                "partner", "name", "lastSeen", "messages24h", "errorRate24h", "statusBacklog", "deadLetters", "circuit",
                "lastSuccessAt", "paused.since",
            ])
        return 0
    }
}
