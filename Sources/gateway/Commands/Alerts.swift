import StrictJSON
import Vocabulary

enum Alerts: Command {
    static let name = "alerts"
    static let synopsis = "[--json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "未结束的告警及处置办法",
        "alerts that have begun and are not over, with what to do")
    static let details: [HelpLine] =
        [
            .json,
            .wide,
        ] + Remote.help

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.options, flags: ["json"])
        try arguments.allowWords(0)
        let alerts = try await Remote(arguments).ask("GET", "/v1/alerts")["alerts"]?.array ?? []
        Terminal.list(alerts, ["beganAt", "alert", "subject", "text", "advice"], arguments)
        return 0
    }
}
