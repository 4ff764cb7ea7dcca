import Operations
import StrictJSON

enum Codes: Command {
    static let name = "codes"
    static let synopsis = "[--json]"
    static let summary = "list every error code: whose turn it is, what happened, what to do"
    static let details = "--json   machine-readable; else a Markdown table"

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: [], flags: ["json"])
        guard arguments.words.isEmpty else { throw UsageError("codes takes no words") }
        if arguments.has("json") {
            Terminal.print(JSONValue.array(ErrorTable.rows.map(\.json)).text(pretty: true))
            return 0
        }
        Terminal.print("| code | met as | turn | what happened | what to do |\n|---|---|---|---|---|")
        for row in ErrorTable.rows {
            Terminal.print(
                "| `\(row.code)` | \(row.family.rawValue) | \(row.turn.label.zh) \(row.turn.rawValue) "
                    + "| \(row.happened.zh) \(row.happened.en) | \(row.advice.zh) \(row.advice.en) |")
        }
        return 0
    }
}
