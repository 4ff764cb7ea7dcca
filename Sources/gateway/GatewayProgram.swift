import Foundation
import Messaging

@main
enum GatewayProgram {
    static var commands: [any Command.Type] {
        [
            Serve.self, Reload.self, Demo.self, Check.self, Translate.self, TriageCommand.self, MappingsCommand.self,
            DriftCommand.self,
            DeadLetters.self, Clocks.self, Leads.self, Queues.self, Partners.self, PartnerKitCommand.self,
            Conformance.self, Reconcile.self, Parked.self,
            Alerts.self,
            TraceCommand.self,
            Reports.self, Codes.self, AuditCommand.self, RetentionCommand.self, SubjectCommand.self, Users.self,
            Send.self, VerifyReceipt.self, Migrate.self, Backup.self, Restore.self, Keys.self, SchemaCommand.self,
            Version.self,
        ]
    }

    static func main() async {
        // A partner that hangs up must not end the process; the failed write is reported where it happens.
        signal(SIGPIPE, SIG_IGN)
        exit(await run(Array(CommandLine.arguments.dropFirst())))
    }

    private static func run(_ arguments: [String]) async -> Int32 {
        guard let name = arguments.first, name != "--help", name != "help" else {
            Terminal.print(overview)
            return arguments.isEmpty ? 2 : 0
        }
        let asked = name == "--version" ? Version.name : name
        guard let command = commands.first(where: { $0.name == asked }) else {
            Terminal.complain("gateway: no command \(name)\n\n\(overview)")
            return 2
        }
        if arguments.contains("--help") {
            Terminal.print(command.help)
            return 0
        }
        do {
            return try await command.run(Array(arguments.dropFirst()))
        } catch let error as UsageError {
            Terminal.complain("gateway \(name): \(error.message)\n\n\(command.help)")
            return 2
        } catch let error as CommandFailure {
            Terminal.complain("gateway \(name): \(error.message)")
            return 1
        } catch let error as StoreError {
            Terminal.complain("gateway \(name): \(error.told)")
            return 1
        } catch {
            Terminal.complain("gateway \(name): \(error)")
            return 1
        }
    }

    private static var overview: String {
        let width = commands.map { $0.name.count }.max() ?? 0
        let lines = commands.map {
            "  \($0.name.padding(toLength: width + 2, withPad: " ", startingAt: 0))\($0.summary)"
        }
        return """
            gateway: the one door between referring agencies and legal aid institutions.

            Usage: gateway COMMAND [--help]

            \(lines.joined(separator: "\n"))

            Exit codes: 0 done, 1 something asked for was not so, 2 not understood.
            """
    }
}
