import Vocabulary

// A call holds what its sender says, and the token it says it with.

extension HTTPRequest: MaskedWhenPrinted {}
extension HTTPResponse: MaskedWhenPrinted {}
extension OutgoingRequest: MaskedWhenPrinted {}

extension HTTPResponse {
    /// For a reader who may see no personal data: identity numbers and mobile telephones are masked wherever they stand, in an
    /// id, in the name of an element or a member, in a link.
    public var withoutNumbers: HTTPResponse {
        var response = HTTPResponse(status: status, headers: headers, body: NumberMask.masked(body))
        response.undelivered = undelivered
        return response
    }
}

/// Finds numbers of persons by their shape.
private enum NumberMask {
    /// Digests are longer, and any digits may follow each other there.
    private static let longestWord = 40

    static func masked(_ text: [UInt8]) -> [UInt8] {
        var text = text
        var start = 0
        while start < text.count {
            guard isWordPart(text[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < text.count, isWordPart(text[end]) { end += 1 }
            if end - start >= 11, end - start <= longestWord { mask(start..<end, &text) }
            start = end
        }
        return text
    }

    private static func mask(_ word: Range<Int>, _ text: inout [UInt8]) {
        var start = word.lowerBound
        while start < word.upperBound {
            guard isDigit(text[start]) else {
                start += 1
                continue
            }
            var end = start
            while end < word.upperBound, isDigit(text[end]) { end += 1 }
            let hasCheckLetter = end - start == 17 && end < word.upperBound && (text[end] | 0x20) == UInt8(ascii: "x")
            if hasCheckLetter { end += 1 }
            if let (head, tail) = kept(text[start..<end]) {
                for index in (start + head)..<(end - tail) { text[index] = UInt8(ascii: "*") }
            }
            start = end
        }
    }

    /// How much is left of a number at either end; nothing where it is none of a person's. Resident identity numbers have 18
    /// or, formerly, 15 characters (GB 11643), mobile telephones 11.
    private static func kept(_ number: ArraySlice<UInt8>) -> (Int, Int)? {
        switch number.count {
        case 18: (3, 4)
        case 15: (1, 2)
        case 11:
            number.first == UInt8(ascii: "1") && (0x33...0x39).contains(number[number.startIndex + 1]) ? (3, 4) : nil
        default: nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isWordPart(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
