import StrictJSON
import Vocabulary

/// One row of the trail.
public struct AuditEntry: Sendable, Hashable {
    public let seq: Int
    public let at: Instant
    public let actor: String
    public let role: String
    public let action: String
    public let subject: String
    public let detail: String
    /// The hash of the row before.
    public let previous: String
    public let hash: String

    public init(
        seq: Int, at: Instant, actor: String, role: String, action: String, subject: String, detail: String,
        previous: String, hash: String
    ) {
        self.seq = seq
        self.at = at
        self.actor = actor
        self.role = role
        self.action = action
        self.subject = subject
        self.detail = detail
        self.previous = previous
        self.hash = hash
    }

    func with(hash: String) -> AuditEntry {
        AuditEntry(
            seq: seq, at: at, actor: actor, role: role, action: action, subject: subject, detail: detail,
            previous: previous, hash: hash)
    }

    /// The bytes that the hash covers: the row as a JSON array, whose quoting leaves no two rows alike.
    public var canonical: [UInt8] {
        JSONValue.array([
            JSONValue(seq), .number(String(at.milliseconds)), .string(actor), .string(role), .string(action),
            .string(subject), .string(detail), .string(previous),
        ]).serialized()
    }

    public var head: AuditHead { AuditHead(seq: seq, hash: hash) }

    public var json: JSONValue {
        [
            "seq": JSONValue(seq), "at": .string(at.rfc3339), "actor": .string(actor), "role": .string(role),
            "action": .string(action), "subject": .string(subject), "detail": .string(detail),
            "previous": .string(previous), "hash": .string(hash),
        ]
    }
}
