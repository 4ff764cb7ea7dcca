import Messaging
import StrictJSON
import Transport

/// Keeping the operators' accounts.
public struct AccountDesk: Sendable {
    /// Characters of a password.
    public static let passwordLength = 12...256

    let store: any AccountStore
    let pen: AuditPen

    public init(store: any AccountStore, pen: AuditPen) {
        self.store = store
        self.pen = pen
    }

    public func list() async throws(StoreError) -> [OperatorAccount] { try await store.accounts() }

    /// - Throws: `Problem` `.badRequest` for a name or password that will not do, `.wrongState` for a name that is taken.
    public func add(_ name: String, role: OperatorRole, password: String, by caller: Caller) async throws {
        guard (1...64).contains(name.count),
            name.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") })
        else {
            throw Problem(
                .badRequest, zh: "用户名应为 1 到 64 个字符，不含空白和斜线。",
                en: "A name has 1 to 64 characters, no blanks and no slash.")
        }
        let now = pen.now()
        let account = OperatorAccount(
            name: name, role: role.rawValue, secret: try Self.secret(password), isDisabled: false, createdAt: now,
            changedAt: now)
        guard
            try await store.addAccount(
                account, pen.act(.addAccount, on: name, by: caller, detail: role.rawValue))
        else { throw Problem(.wrongState, zh: "该用户名已存在。", en: "There is an account of that name already.") }
    }

    /// Takes effect at once: whoever is signed in must sign in again.
    public func setRole(_ role: OperatorRole, of name: String, by caller: Caller) async throws {
        try await change(
            name, role: role.rawValue, pen.act(.changeRole, on: name, by: caller, detail: role.rawValue))
    }

    public func setPassword(_ password: String, of name: String, by caller: Caller) async throws {
        try await change(
            name, secret: try Self.secret(password), pen.act(.changePassword, on: name, by: caller, detail: ""))
    }

    public func setDisabled(_ isDisabled: Bool, of name: String, by caller: Caller) async throws {
        let action: AuditAction = isDisabled ? .disableAccount : .enableAccount
        try await change(name, isDisabled: isDisabled, pen.act(action, on: name, by: caller, detail: ""))
    }

    private func change(
        _ name: String, role: String? = nil, secret: String? = nil, isDisabled: Bool? = nil, _ act: AuditAct
    ) async throws {
        guard try await store.changeAccount(name, role: role, secret: secret, isDisabled: isDisabled, act) else {
            throw Problem(.notFound, zh: "没有这个用户。", en: "No such account.")
        }
    }

    private static func secret(_ password: String) throws -> String {
        guard passwordLength.contains(password.count) else {
            throw Problem(
                .badRequest, zh: "密码至少 \(passwordLength.lowerBound) 个字符，至多 \(passwordLength.upperBound) 个。",
                en: "A password has \(passwordLength.lowerBound) to \(passwordLength.upperBound) characters.")
        }
        return try PasswordHash.make(password)
    }
}

extension OperatorAccount {
    public var json: JSONValue {
        [
            "name": .string(name), "role": .string(role), "disabled": .bool(isDisabled),
            "createdAt": .string(createdAt.rfc3339), "changedAt": .string(changedAt.rfc3339),
        ]
    }
}
