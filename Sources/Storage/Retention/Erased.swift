import Vocabulary

/// Content that is empty since it was erased.
enum Erased {
    /// A row that only shrinks leaves its page to itself, and the file as large as it was: what is left of it moves to where
    /// all such rows lie together, before every row that is ever written. While values are sealed anew, which goes from row to
    /// row, none moves past that. Nor does the newest: the next row would get its number again, and could not follow it.
    static func moved(in table: String) -> String {
        """
        rowid = CASE WHEN rowid > 0 AND rowid < (SELECT max(rowid) FROM \(table))
        AND NOT EXISTS (SELECT 1 FROM sealing WHERE key_id IS NOT NULL) THEN rowid - 1099511627776 ELSE rowid END
        """
    }

    /// An object without members in place of one that was erased: whoever reads it finds nothing in it, and no damage. Bytes
    /// that are empty without that are damage.
    static func object(_ stored: [UInt8], at erasedAt: Instant?) -> [UInt8] {
        erasedAt != nil && stored.isEmpty ? Array("{}".utf8) : stored
    }
}
