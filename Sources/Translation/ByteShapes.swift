/// Tells in a few steps that a text is none of some words, by its length and its first three bytes.
struct ByteShapes: Sendable {
    private var bits: [Bool] = Array(repeating: false, count: 2048)

    mutating func insert(_ word: Slice<UnsafeBufferPointer<UInt8>>) { bits[Self.place(of: word)] = true }

    /// Whether it may be one of the words; where not, it is none.
    func mayHold(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool { bits[Self.place(of: text)] }

    private static func place(of text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var place = text.count & 0xFF
        for byte in text.prefix(3) { place = place &* 31 &+ Int(byte) }
        return place & 2047
    }
}
