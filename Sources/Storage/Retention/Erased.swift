import Vocabulary

/// Content that is empty since it was erased.
enum Erased {
    /// An object without members in place of one that was erased: whoever reads it finds nothing in it, and no damage. Bytes
    /// that are empty without that are damage.
    static func object(_ stored: [UInt8], at erasedAt: Instant?) -> [UInt8] {
        erasedAt != nil && stored.isEmpty ? Array("{}".utf8) : stored
    }
}
