/// Lists of words that are looked for right before or behind a place in a text, as bytes like `TextFolding` gives them.
enum ByteWords {
    /// The words of a text that are parted by blanks, the longest first.
    static func list(_ words: String) -> [[UInt8]] {
        words.split(separator: " ").map { TextFolding.bytes(of: String($0)) }.sorted { $0.count > $1.count }
    }

    /// The word that a text ends with.
    static func last(of words: [[UInt8]], in text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
        words.first { $0.count <= text.count && text.suffix($0.count).elementsEqual($0) }
    }

    /// The word that a text begins with.
    static func first(of words: [[UInt8]], in text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
        words.first { text.starts(with: $0) }
    }
}
