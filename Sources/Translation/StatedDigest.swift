/// A digest in hexadecimal as a sender states it: which one is meant is told by its length.
enum StatedDigest {
    case md5(String)
    case sm3OrSHA256(String)

    /// - Returns: nothing for what is none of them.
    init?(_ stated: String) {
        // The algorithm's name may stand before a colon.
        let start = stated.utf8.lastIndex(of: UInt8(ascii: ":")).map { stated.utf8.index(after: $0) }
        let hex = stated[(start ?? stated.startIndex)...].lowercased()
        guard hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else { return nil }
        switch hex.utf8.count {
        case 32: self = .md5(hex)
        case 64: self = .sm3OrSHA256(hex)
        default: return nil
        }
    }
}
