/// Lists of words that are looked for right before or behind a place in a text, as bytes like `TextFolding` gives them.
enum ByteWords {
    /// The words of a text that are parted by blanks, the longest first.
    static func list(_ words: String) -> [[UInt8]] {
        words.split(separator: " ").map { TextFolding.bytes(of: String($0)) }.sorted { $0.count > $1.count }
    }

    /// The word that a text ends with.
    static func last(of words: [[UInt8]], in text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
        words.first { stands($0, in: text, at: text.endIndex - $0.count) }
    }

    /// The word that a text begins with.
    static func first(of words: [[UInt8]], in text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
        words.first { stands($0, in: text, at: text.startIndex) }
    }

    /// From the end on: Chinese characters differ in their last bytes.
    private static func stands(_ word: [UInt8], in text: Slice<UnsafeBufferPointer<UInt8>>, at start: Int) -> Bool {
        guard start >= text.startIndex, start + word.count <= text.endIndex else { return false }
        var index = word.count
        while index > 0 {
            index -= 1
            if text.base[start + index] != word[index] { return false }
        }
        return true
    }
}
