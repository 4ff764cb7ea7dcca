import Canonical
import Foundation
import Vocabulary

@main
enum GatewayProgram {
    static var commands: [any Command.Type] {
        [
            Serve.self, Reload.self, Demo.self, Check.self, Translate.self, TriageCommand.self, MappingsCommand.self,
            DriftCommand.self, DeadLetters.self, Clocks.self, Leads.self, Queues.self, Partners.self,
            PartnerKitCommand.self, Conformance.self, Reconcile.self, Parked.self, Alerts.self, TraceCommand.self,
            Reports.self, Codes.self, AuditCommand.self, RetentionCommand.self, SubjectCommand.self, Users.self,
            Send.self, VerifyReceipt.self, Migrate.self, Backup.self, Restore.self, Keys.self, SchemaCommand.self,
            Completion.self, Version.self,
        ]
    }

    static func main() async {
        // A partner that hangs up must not end the process; the failed write is reported where it happens.
        signal(SIGPIPE, SIG_IGN)
        // Nor must a file that may grow no further: the failed write is told as what it is.
        signal(SIGXFSZ, SIG_IGN)
        exit(await run(Array(CommandLine.arguments.dropFirst())))
    }

    private static func run(_ arguments: [String]) async -> Int32 {
        guard let word = arguments.first, !isHelp(word) else {
            guard arguments.first == "help", arguments.count > 1 else {
                Terminal.print(overview)
                return arguments.isEmpty ? 2 : 0
            }
            guard arguments.count == 2, let command = command(named: arguments[1]) else {
                return unknown(arguments.dropFirst().joined(separator: " "))
            }
            Terminal.print(command.help)
            return 0
        }
        guard let command = command(named: word == "--version" ? Version.name : word) else { return unknown(word) }
        // What follows `--` is words, whatever they look like.
        if arguments.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            Terminal.print(command.help)
            return 0
        }
        do {
            return try await command.run(Array(arguments.dropFirst()))
        } catch let error as UsageError {
            Terminal.complain(
                "gateway \(command.name): \(error.text.spoken)\n\ngateway \(command.name) \(command.synopsis)\n"
                    + LocalizedText("详见 gateway help \(command.name)", "see gateway help \(command.name)").spoken)
            return 2
        } catch {
            Terminal.complain("gateway \(command.name): \(Complaints.text(of: error).spoken)")
            return 1
        }
    }

    private static func isHelp(_ word: String) -> Bool { ["help", "--help", "-h"].contains(word) }

    private static func command(named name: String) -> (any Command.Type)? { commands.first { $0.name == name } }

    private static func unknown(_ name: String) -> Int32 {
        let near = Spelling.nearest(to: name, among: commands.map { $0.name })
        Terminal.complain(
            "gateway: 没有命令 \(name)" + (near.map { "；是否想写 \($0)？" } ?? "。") + "用 gateway help 查看全部命令。",
            "gateway: no command \(name)" + (near.map { "; did you mean \($0)?" } ?? ".") + " `gateway help` lists all."
        )
        return 2
    }

    private static var overview: String {
        let lines: [HelpLine] =
            [
                .note(
                    "法律援助转办网关：报送单位与法律援助机构之间唯一的一扇门。",
                    "The one door between referring agencies and legal aid institutions."),
                .note("", ""), .note("用法：gateway 命令 [选项]", "Usage: gateway COMMAND [OPTIONS]"), .note("", ""),
            ] + commands.map { .item($0.name, $0.summary) } + [
                .note("", ""),
                .note(
                    "设置文件依次取自 --config、环境变量 LEGAL_AID_GATEWAY_CONFIG、config/gateway.xml、/etc/legal-aid-gateway/gateway.xml。",
                    "Settings are read from --config FILE, else from the file that LEGAL_AID_GATEWAY_CONFIG names, else from config/gateway.xml, and where that is not there from /etc/legal-aid-gateway/gateway.xml."
                ),
                .note(
                    "gateway help 命令（或 gateway 命令 -h）说明一个命令。退出码：0 完成；1 所问或所求不成立；2 命令写法不对。",
                    "gateway help COMMAND, or gateway COMMAND -h, explains one. Exit codes: 0 done, 1 something asked for was not so, 2 not understood."
                ),
            ]
        return lines.text(in: TerminalLanguage.current, columns: min(Terminal.columns ?? 100, 100))
    }
}
