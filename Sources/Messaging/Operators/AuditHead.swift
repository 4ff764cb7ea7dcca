import StrictJSON

/// The end of the chain. Kept elsewhere, it proves later that nothing before it was removed.
public struct AuditHead: Sendable, Hashable {
    public let seq: Int
    public let hash: String

    public init(seq: Int, hash: String) {
        self.seq = seq
        self.hash = hash
    }

    /// Before the first row.
    public static let start = AuditHead(seq: 0, hash: String(repeating: "0", count: 64))
}
