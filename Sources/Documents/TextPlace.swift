import StrictJSON

/// A place in UTF-8 text: line and column, in characters, both counted from 1.
struct TextPlace {
    private(set) var line = 1
    private(set) var column = 1
    private var offset = 0

    /// Goes on to a byte further behind, or to the text's end.
    mutating func advance(to end: Int, in text: UnsafeRawBufferPointer) {
        let end = min(end, text.count)
        while offset < end {
            if offset + 8 <= end, case let eight = EightBytes(text, at: offset), !eight.holds(0x0A) {
                column += 8 - eight.continuations
                offset += 8
                continue
            }
            if text[offset] == 0x0A {
                line += 1
                column = 1
            } else if text[offset] & 0xC0 != 0x80 {
                column += 1
            }
            offset += 1
        }
    }
}
