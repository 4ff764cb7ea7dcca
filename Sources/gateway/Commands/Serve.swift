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
            .note(
                "SIGHUP 重新读取单位、机构、凭证、映射和规则，并把变化写入日志；有误则拒绝并告警，原来的继续有效。日志以一行一个 JSON 写到标准错误。",
                "SIGHUP reads partners, institutions, credentials, mappings and rules again, and logs what has changed; a set with a mistake is refused and rings, and the old one stays in force. The log goes to standard error as JSON lines."
            ),
            .note(
                "设有 NOTIFY_SOCKET 时（systemd 的 Type=notify），告知其 READY、RELOADING、STOPPING，并按 WATCHDOG_USEC 的一半报告仍在运行。",
                "Where NOTIFY_SOCKET is set, as systemd does for Type=notify, it is told READY, RELOADING, STOPPING, and each half of WATCHDOG_USEC that the gateway is alive."
            ),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config"], flags: [])
        try arguments.allowWords(0)
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        if let lost = configuration.lostStore { throw ConfigurationError([lost]) }
        let log = Log(sink: .standardError, now: { Instant(Date()).rfc3339 })
        // Before it says that it listens: who is told so may stop it at once, and no signal must be lost.
        let signals = Signals.stream(SIGTERM, SIGINT, SIGHUP)
        let gateway = try await Gateway(configuration, log: log)
        log.info("listening", [("host", .string(configuration.host)), ("port", LogValue(Int(gateway.server.port)))])
        if configuration.isPlainToOthers { log.warning("plain HTTP is open to others: use <tls>, or a proxy", []) }
        let manager = ServiceManager(
            environment: ProcessInfo.processInfo.environment, process: ProcessInfo.processInfo.processIdentifier)
        tell(.ready, manager, log)
        let heartbeat = Task { await manager.beat { warn($0, log) } }
        for await signal in signals {
            guard signal == SIGHUP else { break }
            tell(.reloading(at: ServiceManager.monotonicMicroseconds), manager, log)
            await reload(gateway, log)
            tell(.ready, manager, log)
        }
        tell(.stopping, manager, log)
        log.info("stopping", [])
        await gateway.stop()
        heartbeat.cancel()
        log.info("stopped", [])
        return 0
    }

    private static func tell(_ notice: ServiceManager.Notice, _ manager: ServiceManager, _ log: Log) {
        do throws(ServiceManager.Unreachable) { try manager.tell(notice) } catch { warn(error, log) }
    }

    private static func warn(_ error: ServiceManager.Unreachable, _ log: Log) {
        log.warning("the service manager could not be told", [("errno", LogValue(Int(error.code)))])
    }

    private static func reload(_ gateway: Gateway, _ log: Log) async {
        do {
            let changes = try await gateway.services.reload.run(by: "SIGHUP").changes
            log.info("mappings and rules reloaded", [("changes", .array(changes.map { .string($0.en) }))])
        } catch {
            log.error("reload refused, the old set stays", [("error", .string("\(error)"))])
        }
    }
}

/// Where things are when nothing else is said.
enum Defaults {
    /// What the environment names; else the folder's own, as in the repository or an unpacked archive; else what a package has
    /// installed.
    static var configuration: String {
        if let named = ProcessInfo.processInfo.environment["LEGAL_AID_GATEWAY_CONFIG"], !named.isEmpty { return named }
        let here = "config/gateway.xml"
        let installed = "/etc/legal-aid-gateway/gateway.xml"
        let files = FileManager.default
        return !files.fileExists(atPath: here) && files.fileExists(atPath: installed) ? installed : here
    }
}
