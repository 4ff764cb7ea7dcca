import Console
import Foundation
import StrictJSON
import Vocabulary

enum TraceCommand: Command {
    static let name = "trace"
    static let synopsis = "NUMBER [--rules] [--json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "凭报送单位或机构报出的任何编号，看一条报文经历了什么",
        "what happened to a message, from any number that a sender or institution may quote")
    static let details: [HelpLine] =
        [
            .item(
                "NUMBER", "网关或报送单位的报文编号、申请编号、异常报文编号、法院案号、信封或租约编号，或报文的 SM3",
                "the gateway's or the sender's message id, an application's number, a letter's, a court case's, an envelope's or a lease's id, or the SM3 of the message"
            ),
            .item(
                "--rules", "改为：当时哪些规则决定了其申请，现行规则怎么说",
                "instead: which rules decided about its applications then, and what those in force now say"),
            .json,
            .wide,
        ] + Remote.help

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.options, flags: ["json", "rules"])
        guard arguments.words.count == 1 else { throw UsageError("写一个编号", "name one number") }
        let remote = try Remote(arguments)
        let path = "/v1/messages/\(Remote.escaped(arguments.words[0]))/trace"
        let answer = try await remote.ask("GET", path)
        if arguments.has("rules") { return try await rules(answer, remote, arguments) }
        if arguments.has("json") {
            Terminal.print(answer.text(pretty: true))
            return 0
        }
        Terminal.print(timeline(answer["timeline"]?.array ?? []))
        return 0
    }

    /// A step a line; what happened at another time than it was told says so.
    static func timeline(_ steps: [JSONValue]) -> String {
        var table = Table([
            ColumnName.of("at"), LocalizedText("经过", "event"), LocalizedText("谁", "actor"),
            LocalizedText("对象", "subject"), LocalizedText("说明", "detail"),
        ])
        for step in steps {
            let event = step["event"]?.string ?? ""
            let name = LocalizedText(EventNames.text(of: event).zh, event).spoken
            let occurred = step["occurredAt"]?.string.map {
                LocalizedText("（发生于 \(Cell.text($0))）", "(happened \(Cell.text($0)))").spoken
            }
            let detail = [step["detail"]?.string, occurred].compactMap(\.self).joined(separator: " ")
            table.add([
                Cell.text(step["at"]?.string ?? ""), name, step["actor"]?.string ?? "", step["subject"]?.string ?? "",
                detail,
            ])
        }
        return table.text
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
            for (name, word) in [
                ("then", LocalizedText("到达时", "when it came")), ("now", LocalizedText("现行规则", "rules in force now")),
            ] {
                let place = look.at("\(name).target.institutionCode") ?? look.at("\(name).target.reason")
                let rule = look.at("\(name).target.ruleId")?.string ?? "-"
                let set = look.at("\(name).rules")?.string
                let target = place?.string ?? "-"
                Terminal.print(
                    "  \(word.zh)：\(target)，依 \(rule)，规则集 \(set ?? "未记")",
                    "  \(word.en): \(target) by \(rule), set of rules \(set ?? "not noted")")
            }
            for difference in look["differences"]?.array ?? [] {
                let words = ["about", "then", "now"].map { difference[$0]?.string ?? "-" }
                Terminal.print(
                    "  不同：\(words[0])：当时 \(words[1])，现在 \(words[2])",
                    "  differs: \(words[0]): \(words[1]), now \(words[2])")
            }
            Terminal.list(look["rules"]?.array ?? [], ["outcome", "rule", "note", "basis", "condition"], arguments)
        }
        return 0
    }
}
