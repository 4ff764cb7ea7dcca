import StrictJSON

/// What bytes show when they are read as UTF-8 (RFC 3629), without making a text of them.
struct UTF8Walk {
    /// The first byte that means nothing there.
    private(set) var fault: Int?
    /// Whether all before the fault are single bytes.
    private(set) var isASCII = true
    /// Characters of three and four bytes before the fault: Chinese characters are such.
    private(set) var longCharacters = 0
    /// Letters of two bytes, such as Greek and Cyrillic ones, before the fault. Documents of these senders hold hardly any,
    /// and two bytes of GBK often read as one.
    private(set) var shortLetters = 0

    /// - Parameter start: where in the bytes the walk begins; offsets count from their first.
    init(_ bytes: ArraySlice<UInt8>, from start: Int = 0) {
        bytes.withUnsafeBytes { text in
            var index = start
            while index < text.count {
                if text[index] < 0x80 {
                    index += 1
                    while index + 8 <= text.count, EightBytes(text, at: index).isASCII { index += 8 }
                    continue
                }
                let length = Self.length(text, at: index)
                guard length > 0 else {
                    fault = index
                    return
                }
                isASCII = false
                if length > 2 {
                    longCharacters += 1
                } else if !Self.isSign(text[index], text[index + 1]) {
                    shortLetters += 1
                }
                index += length
            }
        }
    }

    /// Blank, §, soft hyphen, °, ±, ·, × and ÷, which Chinese texts hold.
    private static func isSign(_ first: UInt8, _ second: UInt8) -> Bool {
        switch first {
        case 0xC2: [0xA0, 0xA7, 0xAD, 0xB0, 0xB1, 0xB7].contains(second)
        case 0xC3: second == 0x97 || second == 0xB7
        default: false
        }
    }

    /// The bytes of the character that begins here; 0 where none does.
    private static func length(_ text: UnsafeRawBufferPointer, at index: Int) -> Int {
        func next(_ offset: Int, in range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            index + offset < text.count && range.contains(text[index + offset])
        }
        switch text[index] {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return next(1) ? 2 : 0
        case 0xE0: return next(1, in: 0xA0...0xBF) && next(2) ? 3 : 0
        // ED A0…BF would be a surrogate.
        case 0xED: return next(1, in: 0x80...0x9F) && next(2) ? 3 : 0
        case 0xE1...0xEF: return next(1) && next(2) ? 3 : 0
        case 0xF0: return next(1, in: 0x90...0xBF) && next(2) && next(3) ? 4 : 0
        case 0xF1...0xF3: return next(1) && next(2) && next(3) ? 4 : 0
        case 0xF4: return next(1, in: 0x80...0x8F) && next(2) && next(3) ? 4 : 0
        default: return 0
        }
    }

    /// Characters of three and four bytes, and places that mean nothing, in all of the bytes.
    static func balance(of bytes: ArraySlice<UInt8>) -> (characters: Int, faults: Int) {
        var (characters, faults, start) = (0, 0, 0)
        while start < bytes.count {
            let walk = UTF8Walk(bytes, from: start)
            characters += walk.longCharacters
            guard let fault = walk.fault else { break }
            faults += 1
            start = fault + 1
        }
        return (characters, faults)
    }
}

/// CESU-8 (Unicode Technical Report 26): Java and some databases write a character beyond the basic plane as two surrogates
/// of three bytes each.
enum SurrogateBytes {
    /// The bytes with every pair made one character of UTF-8, and where the first pair stood; nothing where there is none,
    /// or one that gives no Chinese character: such bytes are something else.
    static func joined(_ bytes: ArraySlice<UInt8>) -> (bytes: [UInt8], first: Int)? {
        var joined: [UInt8] = []
        var first: Int?
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if let scalar = pair(bytes, at: index) {
                guard scalar.properties.isIdeographic else { return nil }
                first = first ?? index - bytes.startIndex
                joined += String(scalar).utf8
                index += 6
            } else {
                joined.append(bytes[index])
                index += 1
            }
        }
        return first.map { (joined, $0) }
    }

    private static func pair(_ bytes: ArraySlice<UInt8>, at index: Int) -> Unicode.Scalar? {
        guard bytes[index] == 0xED, index + 6 <= bytes.endIndex, (0xA0...0xAF).contains(bytes[index + 1]),
            bytes[index + 2] & 0xC0 == 0x80, bytes[index + 3] == 0xED, (0xB0...0xBF).contains(bytes[index + 4]),
            bytes[index + 5] & 0xC0 == 0x80
        else { return nil }
        let high = UInt32(bytes[index + 1] & 0x0F) << 6 | UInt32(bytes[index + 2] & 0x3F)
        let low = UInt32(bytes[index + 4] & 0x0F) << 6 | UInt32(bytes[index + 5] & 0x3F)
        return Unicode.Scalar(0x10000 + (high << 10 | low))
    }
}
