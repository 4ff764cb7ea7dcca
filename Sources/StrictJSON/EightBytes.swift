/// Eight bytes of UTF-8 in one word. Nearly all texts hold nothing that has to be treated apart, and asking for it eight
/// bytes at a time costs a fraction of asking each.
public struct EightBytes {
    // Computed, so that other rooms have them as constants.
    @inlinable static var ones: UInt64 { 0x0101_0101_0101_0101 }
    @inlinable static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    @usableFromInline let word: UInt64

    /// - Parameter offset: at least eight bytes must follow it.
    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    @inlinable public var isASCII: Bool { word & Self.highBits == 0 }

    @inlinable
    public func holds(_ byte: UInt8) -> Bool {
        // Zero where the byte stands; only a zero borrows from its own high bit.
        let other = word ^ (Self.ones &* UInt64(byte))
        return (other &- Self.ones) & ~other & Self.highBits != 0
    }

    /// Whether one is less than a limit of at most 0x80.
    @inlinable
    public func holds(below limit: UInt8) -> Bool {
        (word &- (Self.ones &* UInt64(limit))) & ~word & Self.highBits != 0
    }

    /// Whether one is at least a limit of more than 0x80.
    @inlinable
    public func holds(from limit: UInt8) -> Bool {
        // What is missing to the limit carries the lower seven bits into the eighth.
        let carried = (word & ~Self.highBits) &+ Self.ones &* UInt64(0x80 - (limit & 0x7F))
        return carried & word & Self.highBits != 0
    }

    /// Whether one is a control character of ASCII other than tab, line feed and carriage return.
    @inlinable
    public var holdsControl: Bool {
        // Adding 0x60 carries every byte from 0x20 on into its eighth bit.
        let low = ~(((word & ~Self.highBits) &+ Self.ones &* 0x60) | word) & Self.highBits
        guard low != 0 else { return false }
        return (0..<8).contains { index in
            let byte = UInt8(truncatingIfNeeded: word >> UInt64(index * 8))
            return byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D
        }
    }

    /// How many of them go on with a character that began before them: their first bit is set, their second is not.
    @inlinable public var continuations: Int { (word & ~(word << 1) & Self.highBits).nonzeroBitCount }
}
