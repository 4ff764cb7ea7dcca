import StrictJSON

/// Reads the chain from its start and finds the first place where it is broken.
public struct AuditVerifier: Sendable {
    public enum Break: Sendable, Hashable {
        /// A row is not the one that was written: its hash does not cover it.
        case changed(seq: Int)
        /// A row is missing, or rows changed places.
        case missing(seq: Int)
        /// The chain ends before or apart from the head that is known.
        case headDiffers(known: Int, found: Int)
    }

    private let sm3: @Sendable ([UInt8]) -> String
    private let known: [AuditHead]
    public private(set) var head = AuditHead.start
    public private(set) var broken: Break?
    private var unseen: [AuditHead]

    /// - Parameter known: heads kept elsewhere, which the chain must pass through.
    public init(known: [AuditHead], sm3: @escaping @Sendable ([UInt8]) -> String) {
        self.known = known
        self.sm3 = sm3
        unseen = known.filter { $0 != .start }
    }

    /// Takes the next row in the order of `seq`.
    public mutating func read(_ entry: AuditEntry) {
        guard broken == nil else { return }
        if entry.seq != head.seq + 1 || entry.previous != head.hash {
            broken = .missing(seq: head.seq + 1)
        } else if sm3(entry.canonical) != entry.hash {
            broken = .changed(seq: entry.seq)
        } else {
            head = entry.head
            unseen.removeAll { $0 == head }
        }
    }

    /// After the last row: whether every known head was passed.
    public mutating func finish() {
        guard broken == nil, let missed = unseen.first else { return }
        broken = .headDiffers(known: missed.seq, found: head.seq)
    }
}
