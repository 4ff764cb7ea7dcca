import Foundation
import Messaging
import Operations
import Storage
import StrictJSON
import Transport
import Vocabulary

/// Works on the store itself: the first account is made before anybody can sign in.
enum Users: Command {
    static let name = "users"
    static let synopsis = "add NAME | list | password NAME | role NAME | disable NAME | enable NAME  [options]"
    static let summary = "keep the accounts of the operators who sign in with a password"
    static let details = """
        add       NAME --role ROLE [--password-file FILE | --one-time]
        password  NAME [--password-file FILE | --one-time]
        role      NAME --role ROLE
        list      [--json]

        ROLE is viewer (masked), operator (repairs), auditor (unmasks with a reason) or administrator.
        --password-file FILE  its first line, - for standard input; else the password is asked for
        --one-time            print a password that is good for three days, and only for choosing another
        --config FILE         settings (default config/gateway.xml)
        Every change is in the audit trail and ends the account's sessions.
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: ["role", "password-file", "config"], flags: ["json", "one-time"])
        try arguments.allow(
            [
                "add": ["role", "password-file", "one-time"], "password": ["password-file", "one-time"],
                "role": ["role"], "disable": [], "enable": [], "list": ["json"],
            ], besides: ["config"])
        if arguments["password-file"] != nil, arguments.has("one-time") {
            throw UsageError("--password-file does not go with --one-time")
        }
        try arguments.allowWords(2)
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let database = try configuration.openStore()
        let desk = AccountService(
            store: try await SQLMessageStore(database: database), now: { Instant(Date()) })
        do {
            try await run(arguments, desk)
        } catch let problem as Problem {
            await database.close()
            throw CommandFailure(problem.detail.en)
        }
        await database.close()
        return 0
    }

    private static func run(_ arguments: Arguments, _ desk: AccountService) async throws {
        // Whoever may write the store's file is the administrator here.
        let caller = Caller(role: .operator, id: "command-line", operatorRole: .administrator)
        switch (arguments.words.first, arguments.words.dropFirst().first) {
        case ("add", let name?) where arguments.has("one-time"):
            let password = try await desk.addWithOneTimePassword(name, role: try role(arguments), by: caller)
            Terminal.print(password)
        case ("password", let name?) where arguments.has("one-time"):
            Terminal.print(try await desk.resetPassword(of: name, by: caller))
        case ("add", let name?):
            let role = try role(arguments)
            try await desk.add(name, role: role, password: try password(arguments), by: caller)
            Terminal.print("\(name) may sign in as \(role.rawValue)")
        case ("password", let name?):
            try await desk.setPassword(try password(arguments), of: name, by: caller)
            Terminal.print("\(name) has a new password")
        case ("role", let name?):
            try await desk.setRole(try role(arguments), of: name, by: caller)
            Terminal.print("\(name) has a new role")
        case ("disable", let name?):
            try await desk.setDisabled(true, of: name, by: caller)
            Terminal.print("\(name) may no longer sign in")
        case ("enable", let name?):
            try await desk.setDisabled(false, of: name, by: caller)
            Terminal.print("\(name) may sign in again")
        case ("list", nil):
            let accounts = try await desk.list()
            if arguments.has("json") {
                return Terminal.print(JSONValue.array(accounts.map(\.json)).text(pretty: true))
            }
            for standing in accounts {
                let account = standing.account
                let state = account.isDisabled ? "  disabled" : standing.lockedUntil == nil ? "" : "  locked"
                Terminal.print("\(account.name)  \(account.role)\(state)")
            }
        default: throw UsageError("say add, list, password, role, disable or enable, and a name")
        }
    }

    private static func role(_ arguments: Arguments) throws(UsageError) -> OperatorRole {
        guard let role = OperatorRole(rawValue: try arguments.required("role")) else {
            throw UsageError("--role is one of \(OperatorRole.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return role
    }

    /// Never as an argument: other users of the machine can read those.
    private static func password(_ arguments: Arguments) throws -> String {
        if let file = arguments["password-file"] {
            let text = String(decoding: try bytes(of: file), as: UTF8.self)
            return String(text.prefix { !$0.isNewline })
        }
        guard let first = prompt("Password:"), let second = prompt("Once more:") else {
            throw CommandFailure("no terminal to ask for the password; use --password-file")
        }
        guard first == second else { throw CommandFailure("the two are not the same") }
        return first
    }

    /// Asks on the terminal without showing what is typed.
    private static func prompt(_ text: String) -> String? {
        var old = termios()
        guard tcgetattr(STDIN_FILENO, &old) == 0 else { return nil }
        var quiet = old
        quiet.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &old)
            Terminal.complain("")
        }
        Terminal.complain(text)
        return readLine()
    }
}
