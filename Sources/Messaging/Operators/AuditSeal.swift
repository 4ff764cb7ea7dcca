import Vocabulary

/// The end of the chain at some moment, under a key: whoever writes the whole chain anew cannot write this.
public struct AuditSeal: Sendable, Hashable {
    public let head: AuditHead
    public let at: Instant
    /// Keyed hash of `text`; lower-case hexadecimal.
    public let code: String

    public init(head: AuditHead, at: Instant, code: String) {
        self.head = head
        self.at = at
        self.code = code
    }

    /// What the code covers.
    public static func text(of head: AuditHead, at: Instant) -> String {
        "audit head \(head.seq) \(head.hash) \(at.milliseconds)"
    }

    public var text: String { Self.text(of: head, at: at) }
}
