import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Keeping the operators' accounts.
public struct AccountService: Sendable {
    /// Characters of a password.
    public static let passwordLength = 12...256

    let store: any AccountStore
    let now: @Sendable () -> Instant

    public init(store: any AccountStore, now: @escaping @Sendable () -> Instant) {
        self.store = store
        self.now = now
    }

    public func list() async throws(StoreError) -> [AccountStanding] {
        var standings: [AccountStanding] = []
        for account in try await store.accounts() {
            let until = try await store.lockedUntil(below: SignInService.key(ofAccount: account.name))
            standings.append(
                AccountStanding(account: account, lockedUntil: until.flatMap { $0 > now() ? $0 : nil }))
        }
        return standings
    }

    /// - Throws: `Problem` `.badRequest` for a name or password that will not do, `.wrongState` for a name that is taken.
    public func add(
        _ name: String, role: OperatorRole, password: String, by caller: Caller, reason: String
    ) async throws {
        try await add(name, role, try Self.secret(password), oneTimeUntil: nil, by: caller, reason: reason)
    }

    /// - Returns: a password that is good for choosing another one, for three days.
    public func addWithOneTimePassword(
        _ name: String, role: OperatorRole, by caller: Caller, reason: String
    ) async throws -> String {
        let password = try Self.oneTimePassword()
        try await add(
            name, role, try Self.secret(password), oneTimeUntil: oneTimeEnd, by: caller, reason: reason)
        return password
    }

    private func add(
        _ name: String, _ role: OperatorRole, _ secret: String, oneTimeUntil: Instant?, by caller: Caller,
        reason: String
    ) async throws {
        guard (1...64).contains(name.count),
            name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") })
        else {
            throw Problem.badMember(
                "formatError", at: "/name", zh: "用户名应为 1 到 64 个字符，不含空白和斜线。",
                en: "A name has 1 to 64 characters, no blanks and no slash.")
        }
        let now = now()
        let account = OperatorAccount(
            name: name, role: role, secret: secret, oneTimeUntil: oneTimeUntil, isDisabled: false,
            createdAt: now, changedAt: now)
        guard
            try await store.addAccount(
                account,
                AuditAct(.addAccount, on: name, by: caller, detail: "\(role.rawValue): \(reason)", at: now))
        else { throw Problem(.wrongState, zh: "该用户名已存在。", en: "There is an account of that name already.") }
    }

    /// Takes effect at once: whoever is signed in must sign in again.
    ///
    /// - Throws: `Problem` `.wrongState` for the caller's own account: nobody locks the last key in.
    public func setRole(_ role: OperatorRole, of name: String, by caller: Caller, reason: String) async throws {
        try Self.checkOther(name, caller)
        try await change(
            name, .role(role),
            AuditAct(.changeRole, on: name, by: caller, detail: "\(role.rawValue): \(reason)", at: now()))
    }

    public func setPassword(
        _ password: String, of name: String, by caller: Caller, reason: String
    ) async throws {
        try await setSecret(try Self.secret(password), of: name, oneTimeUntil: nil, by: caller, detail: reason)
    }

    /// - Returns: a password that is good for choosing another one, for three days.
    public func resetPassword(of name: String, by caller: Caller, reason: String) async throws -> String {
        let password = try Self.oneTimePassword()
        try await setSecret(
            try Self.secret(password), of: name, oneTimeUntil: oneTimeEnd, by: caller, detail: "one-time: \(reason)")
        return password
    }

    private func setSecret(
        _ secret: String, of name: String, oneTimeUntil: Instant?, by caller: Caller, detail: String
    ) async throws {
        try await change(
            name,
            .secret(secret, oneTimeUntil: oneTimeUntil, forgetting: SignInService.key(ofAccount: name)),
            AuditAct(.changePassword, on: name, by: caller, detail: detail, at: now()))
    }

    /// Enabling also ends the lock that failed sign-ins brought about.
    ///
    /// - Throws: `Problem` `.wrongState` for the caller's own account.
    public func setDisabled(
        _ isDisabled: Bool, of name: String, by caller: Caller, reason: String
    ) async throws {
        if isDisabled { try Self.checkOther(name, caller) }
        try await change(
            name, isDisabled ? .disabled : .enabled(forgetting: SignInService.key(ofAccount: name)),
            AuditAct(isDisabled ? .disableAccount : .enableAccount, on: name, by: caller, detail: reason, at: now()))
    }

    private func change(_ name: String, _ change: AccountChange, _ act: AuditAct) async throws {
        guard try await store.changeAccount(name, change, act) else {
            throw Problem(.notFound, zh: "没有这个用户。", en: "No such account.")
        }
    }

    private static func checkOther(_ name: String, _ caller: Caller) throws(Problem) {
        guard name != caller.id else {
            throw Problem(
                .wrongState, zh: "不能停用自己或更改自己的角色，请由另一位管理员操作。",
                en: "Nobody disables or demotes their own account; ask another administrator.")
        }
    }

    // MARK: Passwords

    private static let oneTimeDays = 3
    /// Thirty-two letters and digits that are not taken for one another.
    private static let alphabet = Array("23456789abcdefghijkmnpqrstuvwxyz")

    private var oneTimeEnd: Instant { now().advanced(seconds: Self.oneTimeDays * 86_400) }

    /// Eighty random bits, to be read out over the telephone.
    private static func oneTimePassword() throws -> String {
        let deadLetters = try SecureRandom.bytes(16).map { alphabet[Int($0 & 31)] }
        return stride(from: 0, to: deadLetters.count, by: 4).map { String(deadLetters[$0..<$0 + 4]) }.joined(
            separator: "-")
    }

    /// - Throws: `Problem` `.badRequest` for a password that is too short or too long.
    static func secret(_ password: String) throws -> String {
        guard passwordLength.contains(password.count) else {
            throw Problem(
                .badRequest, zh: "密码至少 \(passwordLength.lowerBound) 个字符，至多 \(passwordLength.upperBound) 个。",
                en: "A password has \(passwordLength.lowerBound) to \(passwordLength.upperBound) characters.")
        }
        return try PasswordHash.make(password)
    }
}
