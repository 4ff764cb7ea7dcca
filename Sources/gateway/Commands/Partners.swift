import StrictJSON
import Vocabulary

enum Partners: Command {
    static let name = "partners"
    static let synopsis =
        "[list | test ID | pause ID | resume ID] [--reason TEXT] [--json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "报送单位的状况：最近一次、错误、待确认状态、熔断；测试、暂停与恢复",
        "how partners stand: last seen, errors, statuses to confirm, circuit; test, pause and resume")
    static let details: [HelpLine] =
        [
            .item("list", "（默认）", "(default)"),
            .item("test ID", "它的回传地址对一条没有内容的报文如何应答", "what its return address answers to a message that means nothing"),
        ] + EndpointAct.help + Remote.help

    static func run(_ arguments: [String]) async throws -> Int32 {
        if arguments.first == "test" { return try await test(Array(arguments.dropFirst())) }
        try await EndpointAct.run(
            arguments, of: "partners", lists: ["partners"],
            columns: [
                "partner", "name", "lastSeen", "messages24h", "errorRate24h", "statusBacklog", "deadLetters", "circuit",
                "lastSuccessAt", "paused.since",
            ])
        return 0
    }

    /// - Returns: 1 where a status would not be delivered.
    private static func test(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(words, valued: Remote.options, flags: ["json"])
        guard let id = arguments.words.first, arguments.words.count == 1 else {
            throw UsageError("写出报送单位：partners test ID", "say which partner: partners test ID")
        }
        let answer = try await Remote(arguments).ask("POST", "/v1/partners/\(Remote.escaped(id))/test")
        let outcome = answer["outcome"]?.string ?? ""
        if arguments.has("json") {
            Terminal.print(answer.text(pretty: true))
        } else {
            let took = answer["milliseconds"]?.int.map { ", \($0) ms" } ?? ""
            Terminal.print("\(answer["url"]?.string ?? "")\n\(outcome): \(answer["said"]?.string ?? "")\(took)")
            if let text = answer["answer"]?.string { Terminal.print("\n\(text)") }
        }
        return outcome == "confirmed" ? 0 : 1
    }
}
