import StrictJSON
import Vocabulary

enum Reload: Command {
    static let name = "reload"
    static let synopsis = "[--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "使改动过的单位、机构、凭证、映射和规则生效，同 SIGHUP",
        "put changed partners, institutions, credentials, mappings and rules in force, as SIGHUP does")
    static let details: [HelpLine] =
        [
            .note(
                "先全部检查；任何一处有误则什么都不变，说明并告警，直到重新加载成功。逐行打印变化、变动的时限，以及须重新启动才生效的设置。需要管理员令牌。",
                "Everything is checked first; a mistake anywhere changes nothing, is told, and rings until a reload succeeds. Prints what has changed, a line each, the limits that moved, and the settings that take a start. It needs an administrator's token."
            )
        ] + Remote.help

    private static func line(_ limit: JSONValue) -> String {
        func text(_ name: String) -> String { limit[name]?.string ?? "" }
        func kind(_ name: String) -> String {
            limit[name] == true ? LocalizedText("（暂定）", " (provisional)").spoken : ""
        }
        return
            "\(text("applicationNo")) \(text("clock")) \(text("from"))\(kind("wasProvisional")) → \(text("to"))\(kind("provisional"))"
    }

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.options, flags: [])
        try arguments.allowWords(0)
        let answer = try await Remote(arguments).ask("POST", "/v1/reload")
        for change in answer["changes"]?.array?.compactMap(\.string) ?? [] { Terminal.print(change) }
        for limit in answer["moved"]?.array ?? [] { Terminal.print(line(limit)) }
        if answer["more"] == true {
            Terminal.print(
                "变动的时限尚未列全，见 gateway clocks --moved。",
                "these are not all the limits that move; see gateway clocks --moved")
        }
        Terminal.print(
            "已按文件生效。", "what the files say is in force")
        return 0
    }
}
