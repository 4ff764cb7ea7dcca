import Foundation
import StrictJSON

enum TraceCommand: Command {
    static let name = "trace"
    static let synopsis = "NUMBER [--rules] [--json] [--url URL] [--token-file FILE]"
    static let summary = "what happened to a message, from any number that a sender or institution may quote"
    static let details = """
        NUMBER   the gateway's or the sender's message id, an application's number, a letter's, a court case's, an
                 envelope's or a lease's id, or the SM3 of the message
        --rules  instead: which rules decided about its applications then, and what those in force now say
        \(Remote.help)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.options, flags: ["json", "rules"])
        guard arguments.words.count == 1 else { throw UsageError("name one number") }
        let remote = try Remote(arguments)
        let path = "/v1/messages/\(Remote.escaped(arguments.words[0]))/trace"
        let answer = try await remote.ask("GET", path)
        if arguments.has("rules") { return try await rules(answer, remote, arguments) }
        if arguments.has("json") {
            Terminal.print(answer.text(pretty: true))
            return 0
        }
        for step in answer["timeline"]?.array ?? [] {
            let cells = ["at", "event", "actor", "subject", "detail"].compactMap { step[$0]?.string }
            let occurred = step["occurredAt"]?.string.map { ["(happened \($0))"] } ?? []
            Terminal.print((cells + occurred).joined(separator: "  "))
        }
        return 0
    }

    private static func rules(_ trace: JSONValue, _ remote: Remote, _ arguments: Arguments) async throws -> Int32 {
        var looks: [JSONValue] = []
        for number in (trace.at("message.applications")?.array ?? []).compactMap({ $0["applicationNo"]?.string }) {
            looks.append(try await remote.ask("GET", "/v1/applications/\(Remote.escaped(number))/triage"))
        }
        if arguments.has("json") {
            Terminal.print(JSONValue.array(looks).text(pretty: true))
            return 0
        }
        for look in looks {
            Terminal.print(look["applicationNo"]?.string ?? "")
            for (name, word) in [("then", "when it came"), ("now", "rules in force now")] {
                let place = look.at("\(name).target.institutionCode") ?? look.at("\(name).target.reason")
                let rule = look.at("\(name).target.ruleId")?.string ?? "-"
                let set = look.at("\(name).rules")?.string ?? "not noted"
                Terminal.print("  \(word): \(place?.string ?? "-") by \(rule), set of rules \(set)")
            }
            for difference in look["differences"]?.array ?? [] {
                let words = ["about", "then", "now"].map { difference[$0]?.string ?? "-" }
                Terminal.print("  differs: \(words[0]): \(words[1]), now \(words[2])")
            }
            Terminal.list(look["rules"]?.array ?? [], ["outcome", "rule", "note", "basis", "condition"], arguments)
        }
        return 0
    }
}
