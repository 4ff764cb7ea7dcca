@preconcurrency import Dispatch
import Foundation
import Messaging
import Observability
import StrictJSON
import Vocabulary

enum Serve: Command {
    static let name = "serve"
    static let synopsis = "[--config FILE]"
    static let summary = LocalizedText(
        "运行网关，直到被要求停止（SIGTERM、Ctrl-C）",
        "run the gateway until it is told to stop (SIGTERM, Ctrl-C)")
    static let details: [HelpLine] =
        [
            .config,
            .note("SIGHUP 重新读取映射、规则和凭证，并把变化写入日志；有误则拒绝，原来的继续有效。日志以一行一个 JSON 写到标准错误。", "SIGHUP reads mappings, rules and credentials again, and logs what has changed; a set with a mistake is refused and the old one stays in force. The log goes to standard error as JSON lines."),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config"], flags: [])
        try arguments.allowWords(0)
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let log = Log(sink: .standardError, now: { Instant(Date()).rfc3339 })
        // Before it says that it listens: who is told so may stop it at once, and no signal must be lost.
        let signals = Signals.stream(SIGTERM, SIGINT, SIGHUP)
        let gateway = try await Gateway(configuration, log: log)
        log.info("listening", [("host", .string(configuration.host)), ("port", JSONValue(Int(gateway.server.port)))])
        for await signal in signals {
            guard signal == SIGHUP else { break }
            await reload(gateway, log)
        }
        log.info("stopping", [])
        await gateway.stop()
        log.info("stopped", [])
        return 0
    }

    private static func reload(_ gateway: Gateway, _ log: Log) async {
        do {
            let changes = try await gateway.reload()
            log.info("mappings and rules reloaded", [("changes", .array(changes.map { .string($0) }))])
        } catch {
            log.error("reload refused, the old set stays", [("error", .string("\(error)"))])
        }
    }
}

/// Where things are when nothing else is said, seen from the repository.
enum Defaults {
    static let configuration = "config/gateway.xml"
}
