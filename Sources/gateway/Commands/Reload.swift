import StrictJSON

enum Reload: Command {
    static let name = "reload"
    static let synopsis = "[--url URL] [--token-file FILE]"
    static let summary = "put changed mappings, rules and credentials in force, as SIGHUP does"
    static let details = """
        Everything is checked first; a mistake anywhere changes nothing and is told. Prints what has changed of
        credentials, and what waits for the next start. It needs an administrator's token.

        \(Remote.help)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.options, flags: [])
        try arguments.allowWords(0)
        let answer = try await Remote(arguments).ask("POST", "/v1/reload")
        for change in answer["changes"]?.array?.compactMap(\.string) ?? [] { Terminal.print(change) }
        Terminal.print("mappings, rules and credentials are in force as the files say")
        return 0
    }
}
