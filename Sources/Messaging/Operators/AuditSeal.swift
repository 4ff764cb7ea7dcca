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

    /// What the code of the present end covers. A seal that was made on the way does not pass for one of the end, so that a
    /// chain that was cut back to one of them is found.
    public static func endText(of head: AuditHead, at: Instant) -> String {
        "audit end \(head.seq) \(head.hash) \(at.milliseconds)"
    }

    public var endText: String { Self.endText(of: head, at: at) }
}
