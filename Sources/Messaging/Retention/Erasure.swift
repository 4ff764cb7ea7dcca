import StrictJSON
import Vocabulary

/// What was erased in one transaction. What proves it stays: how much, of which time, and the digest of the digests of all
/// that was there.
public struct Erasure: Sendable, Hashable {
    public let seq: Int
    public let at: Instant
    public let part: RetentionPart
    /// The period by which it was due; nothing where a person had asked for it.
    public let days: Int?
    public let records: Int
    /// Of content.
    public let bytes: Int
    /// When the period of the first and the last of them began.
    public let first: Instant
    public let last: Instant
    /// SM3 over a line for each record, its name and its digest, in the order of names; hexadecimal.
    public let digest: String

    public init(
        seq: Int, at: Instant, part: RetentionPart, days: Int?, records: Int, bytes: Int, first: Instant, last: Instant,
        digest: String
    ) {
        self.seq = seq
        self.at = at
        self.part = part
        self.days = days
        self.records = records
        self.bytes = bytes
        self.first = first
        self.last = last
        self.digest = digest
    }

    /// The row of the audit trail that tells of it is about this.
    public var subject: String { "erasure \(seq)" }

    /// What that row says, with why where a person did it.
    public func told(reason: String) -> String { reason.isEmpty ? detail : "\(detail): \(reason)" }

    /// Whether a row that says this tells of it.
    public func isTold(by row: String?) -> Bool { row == detail || row?.hasPrefix("\(detail): ") == true }

    private var detail: String {
        """
        \(part.rawValue): \(records) records, \(bytes) bytes, \(days.map { "\($0) days" } ?? "on request"), \
        from \(first.rfc3339) to \(last.rfc3339), digest \(digest)
        """
    }

    public var json: JSONValue {
        .compact([
            ("erasure", JSONValue(seq)), ("at", .string(at.rfc3339)), ("kind", .string(part.kind.rawValue)),
            ("part", .string(part.rawValue)), ("days", days.map { JSONValue($0) }), ("records", JSONValue(records)),
            ("bytes", JSONValue(bytes)), ("first", .string(first.rfc3339)), ("last", .string(last.rfc3339)),
            ("digest", .string(digest)),
        ])
    }

    /// The line of one record under the digest.
    public static func line(_ name: String, _ digest: String) -> String { "\(name) \(digest)\n" }
}
