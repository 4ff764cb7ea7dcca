import StrictJSON

enum Partners: Command {
    static let name = "partners"
    static let synopsis = "[list | pause ID | resume ID] [--reason TEXT] [--json] [--url URL] [--token-file FILE]"
    static let summary = "how partners stand: last seen, errors, statuses to confirm, circuit; pause and resume"
    static let details = """
        list                       (default)
        \(EndpointAct.help)
        \(Remote.help)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        try await EndpointAct.run(
            arguments, of: "partners", lists: ["partners"],
            columns: [
                "partner", "name", "lastSeen", "messages24h", "errorRate24h", "statusBacklog", "deadLetters", "circuit",
                "lastSuccessAt", "paused.since",
            ])
        return 0
    }
}
