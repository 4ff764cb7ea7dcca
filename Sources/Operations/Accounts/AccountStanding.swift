import Messaging
import StrictJSON
import Transport
import Vocabulary

/// An account, and whether failed sign-ins have locked it.
public struct AccountStanding: Sendable {
    public let account: OperatorAccount
    public let lockedUntil: Instant?

    public var json: JSONValue {
        .compact([
            ("name", .string(account.name)), ("role", .string(account.role.rawValue)),
            ("disabled", .bool(account.isDisabled)),
            ("createdAt", .string(account.createdAt.rfc3339)), ("changedAt", .string(account.changedAt.rfc3339)),
            ("lockedUntil", .text(lockedUntil?.rfc3339)),
            ("oneTimePasswordUntil", .text(account.oneTimeUntil?.rfc3339)),
        ])
    }
}
