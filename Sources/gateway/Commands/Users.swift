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
    static let summary = LocalizedText(
        "管理用密码登录的操作员账户",
        "keep the accounts of the operators who sign in with a password")
    static let details: [HelpLine] =
        [
            .item(
                "add NAME", "--role ROLE [--password-file FILE | --one-time]",
                "--role ROLE [--password-file FILE | --one-time]"),
            .item("password NAME", "[--password-file FILE | --one-time]", "[--password-file FILE | --one-time]"),
            .item("role NAME", "--role ROLE", "--role ROLE"),
            .item("disable NAME, enable NAME", "停用、启用", "no longer lets it sign in, or again"),
            .item("list", "[-o json]", "[-o json]"),
            .item(
                "--role ROLE", "viewer（只看，脱敏）、operator（修复）、auditor（说明理由后看原文）或 administrator",
                "viewer (masked), operator (repairs), auditor (unmasks with a reason) or administrator"),
            .item(
                "--password-file FILE", "第一行为密码，- 为标准输入；不写则当场询问",
                "its first line, - for standard input; else the password is asked for"),
            .item(
                "--one-time", "打印一个三日内有效、只能用来另设密码的密码",
                "print a password that is good for three days, and only for choosing another"),
            .item("--reason TEXT", "理由，记入审计；除 list 外都须写明", "why, for the audit trail; needed by all but list"),
            .config,
            .note("每次改动都记入审计，并结束该账户的会话。", "Every change is in the audit trail and ends the account's sessions."),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: ["role", "password-file", "reason", "config"], flags: ["json", "one-time"])
        try arguments.allow(
            [
                "add": ["role", "password-file", "one-time", "reason"],
                "password": ["password-file", "one-time", "reason"], "role": ["role", "reason"],
                "disable": ["reason"], "enable": ["reason"], "list": ["json"],
            ], besides: ["config"])
        if arguments["password-file"] != nil, arguments.has("one-time") {
            throw UsageError("--password-file 不能与 --one-time 同用", "--password-file does not go with --one-time")
        }
        try arguments.allowWords(2)
        let reason = arguments.words.first == "list" ? "" : try arguments.reason()
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let database = try configuration.openStore()
        let desk = AccountService(
            store: try await SQLMessageStore(database: database), now: { Instant(Date()) })
        do {
            try await run(arguments, desk, reason)
        } catch let problem as Problem {
            await database.close()
            throw CommandFailure(problem.detail)
        }
        if arguments.words.first != "list" { await configuration.sealTrail(of: database) }
        await database.close()
        return 0
    }

    private static func run(_ arguments: Arguments, _ desk: AccountService, _ reason: String) async throws {
        // Whoever may write the store's file is the administrator here.
        let caller = Caller(role: .operator, id: "command-line", operatorRole: .administrator)
        switch (arguments.words.first, arguments.words.dropFirst().first) {
        case ("add", let name?) where arguments.has("one-time"):
            let password = try await desk.addWithOneTimePassword(
                name, role: try role(arguments), by: caller, reason: reason)
            Terminal.print(password)
        case ("password", let name?) where arguments.has("one-time"):
            Terminal.print(try await desk.resetPassword(of: name, by: caller, reason: reason))
        case ("add", let name?):
            let role = try role(arguments)
            try await desk.add(
                name, role: role, password: try password(arguments), by: caller, reason: reason)
            Terminal.print("\(name) 可以登录，角色 \(role.rawValue)", "\(name) may sign in as \(role.rawValue)")
        case ("password", let name?):
            try await desk.setPassword(try password(arguments), of: name, by: caller, reason: reason)
            Terminal.print("\(name) 的密码已更换", "\(name) has a new password")
        case ("role", let name?):
            try await desk.setRole(try role(arguments), of: name, by: caller, reason: reason)
            Terminal.print("\(name) 的角色已更换", "\(name) has a new role")
        case ("disable", let name?):
            try await desk.setDisabled(true, of: name, by: caller, reason: reason)
            Terminal.print("\(name) 不能再登录", "\(name) may no longer sign in")
        case ("enable", let name?):
            try await desk.setDisabled(false, of: name, by: caller, reason: reason)
            Terminal.print("\(name) 可以重新登录", "\(name) may sign in again")
        case ("list", nil):
            let accounts = try await desk.list()
            if arguments.has("json") {
                return Terminal.print(JSONValue.array(accounts.map(\.json)).text(pretty: true))
            }
            for standing in accounts {
                let account = standing.account
                let state: LocalizedText? =
                    account.isDisabled
                    ? LocalizedText("已停用", "disabled")
                    : standing.lockedUntil.map { _ in LocalizedText("已锁定", "locked") }
                Terminal.print("\(account.name)  \(account.role)" + (state.map { "  \($0.spoken)" } ?? ""))
            }
        default:
            throw UsageError(
                "写 add、list、password、role、disable 或 enable，以及账户名",
                "say add, list, password, role, disable or enable, and a name")
        }
    }

    private static func role(_ arguments: Arguments) throws(UsageError) -> OperatorRole {
        guard let role = OperatorRole(rawValue: try arguments.required("role")) else {
            let roles = OperatorRole.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("--role 为下列之一：\(roles)", "--role is one of \(roles)")
        }
        return role
    }

    /// Never as an argument: other users of the machine can read those.
    private static func password(_ arguments: Arguments) throws -> String {
        if let file = arguments["password-file"] {
            let text = String(decoding: try bytes(of: file), as: UTF8.self)
            return String(text.prefix { !$0.isNewline })
        }
        guard let first = Terminal.askInSecret(LocalizedText("密码：", "Password:")),
            let second = Terminal.askInSecret(LocalizedText("再输一次：", "Once more:"))
        else {
            throw CommandFailure(
                "没有可以询问密码的终端；请用 --password-file", "no terminal to ask for the password; use --password-file")
        }
        guard first == second else { throw CommandFailure("两次输入不同", "the two are not the same") }
        return first
    }
}
