import StrictJSON

enum DriftCommand: Command {
    static let name = "drift"
    static let synopsis = "[--partner ID] [--week yyyy-Www] [--json] [--url URL] [--token-file FILE]"
    static let summary = "which fields of partners' documents are new or gone, and which codes nobody knows"
    static let details = """
        --partner ID     of one partner (default all)
        --week yyyy-Www  ISO 8601, such as 2024-W07 (default this week), held against the four weeks before
        \(Remote.help)
        """

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
        Terminal.print("week \(answer["week"]?.string ?? "")")
        for report in answer["drift"]?.array ?? [] {
            Terminal.print(
                "\(report["partner"]?.string ?? "")  \(report["mapping"]?.string ?? "")  \(report["documents"]?.int ?? 0) documents"
            )
            for (name, word) in [("newFields", "new"), ("vanishedFields", "gone")] {
                for field in report[name]?.array ?? [] {
                    Terminal.print(
                        "  \(word)  \(field["path"]?.string ?? "")  (\(field["documents"]?.int ?? 0) documents)")
                }
            }
            for list in report["unknownCodes"]?.array ?? [] {
                Terminal.print(
                    "  unknown codes of \(list["list"]?.string ?? ""): \(list["values"]?.int ?? 0) different, "
                        + "\(list["newValues"]?.int ?? 0) for the first time, \(list["times"]?.int ?? 0) times")
            }
        }
        return 0
    }
}
