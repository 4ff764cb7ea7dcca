/// Reads the chain from its first row to its last, and names every place where it is not as it was written.
public struct AuditVerifier: Sendable {
    public enum Break: Sendable, Hashable {
        /// A row is not the one that was written: its hash does not cover it.
        case changed(seq: Int)
        /// Rows are missing, from the one to the other.
        case missing(from: Int, to: Int)
        /// A row is whole by itself and does not follow the one before: one of the two was put there.
        case unchained(seq: Int)
        /// A row stands before the first.
        case stray(seq: Int)
        /// The chain ends before a head that is known, or does not pass through it.
        case headDiffers(known: Int, end: Int)
        /// The store no longer remembers the chain's end.
        case headless
        /// A seal was not made under the gateway's key.
        case forgedSeal(seq: Int)
        /// The seal of the end was not made under the gateway's key, or is an earlier one put in its place.
        case forgedEnd(seq: Int)
        /// The chain was sealed once, and its end is no longer.
        case unsealedEnd
        /// The chain was put under a key a second time, which happens only after its seal was taken away.
        case sealedAnew(seq: Int)
    }

    /// So many are named; of a chain that was written anew from some place on, the first tells all.
    public static let limit = 50

    private let sm3: @Sendable ([UInt8]) -> String
    private var known: [Int: Set<String>]
    public private(set) var head = AuditHead.start
    public private(set) var breaks: [Break] = []

    /// - Parameter known: heads kept elsewhere or sealed, which the chain must pass through.
    public init(known: [AuditHead], sm3: @escaping @Sendable ([UInt8]) -> String) {
        self.known = known.filter { $0 != .start }.reduce(into: [:]) { $0[$1.seq, default: []].insert($1.hash) }
        self.sm3 = sm3
    }

    public var isIntact: Bool { breaks.isEmpty }

    /// Takes the next row in the order of `seq`.
    public mutating func read(_ entry: AuditEntry) {
        guard entry.seq > head.seq else { return note(.stray(seq: entry.seq)) }
        let follows = entry.seq == head.seq + 1
        if !follows { note(.missing(from: head.seq + 1, to: entry.seq - 1)) }
        if sm3(entry.canonical) != entry.hash {
            note(.changed(seq: entry.seq))
        } else if follows, entry.previous != head.hash {
            note(.unchained(seq: entry.seq))
        }
        // From here on as if it were right: what comes later is judged by itself.
        head = entry.head
        if let hashes = known.removeValue(forKey: head.seq), hashes != [head.hash] {
            note(.headDiffers(known: head.seq, end: head.seq))
        }
    }

    /// After the last row: whether every known head was passed.
    public mutating func finish() {
        for seq in known.keys.sorted() { note(.headDiffers(known: seq, end: head.seq)) }
        known = [:]
    }

    public mutating func note(_ found: Break) {
        if breaks.count < Self.limit { breaks.append(found) }
    }
}
