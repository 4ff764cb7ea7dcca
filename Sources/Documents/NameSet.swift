/// Which element names a tree may hold, in 256 bits: a name that is not in the set stands nowhere in the tree; one that
/// is in it may do so. Most rules ask for elements that most documents do not have.
struct NameSet {
    private var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))

    /// Of a tree whose names nobody has counted.
    static let everything = NameSet(words: (.max, .max, .max, .max))

    init() {}

    private init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    mutating func insert(_ name: Bytes) {
        // FNV-1a.
        var hash: UInt32 = 0x811C_9DC5
        for byte in name { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        let bit = UInt64(1) << UInt64(hash >> 8 & 63)
        switch hash >> 16 & 3 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    func union(_ other: NameSet) -> NameSet {
        NameSet(
            words: (
                words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2, words.3 | other.words.3
            ))
    }

    func intersection(_ other: NameSet) -> NameSet {
        NameSet(
            words: (
                words.0 & other.words.0, words.1 & other.words.1, words.2 & other.words.2, words.3 & other.words.3
            ))
    }

    func isSubset(of other: NameSet) -> Bool {
        words.0 & ~other.words.0 | words.1 & ~other.words.1 | words.2 & ~other.words.2 | words.3 & ~other.words.3 == 0
    }
}
