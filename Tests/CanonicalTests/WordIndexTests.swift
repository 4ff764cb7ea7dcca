import Testing

@testable import Canonical

/// The index finds what looking for one word after the other finds, on generated words and texts.
@Suite struct WordIndexTests {
    /// The longest words first as code lists give them, each place blanked once it is found.
    private static func oneByOne(_ words: [[UInt8]], in text: [UInt8]) -> [String] {
        var rest = text
        var found: [String] = []
        for (number, word) in words.enumerated() where !word.isEmpty && word.count <= rest.count {
            for start in 0...(rest.count - word.count) where Array(rest[start..<start + word.count]) == word {
                for index in start..<start + word.count { rest[index] = 0 }
                found.append("\(number)@\(start)")
            }
        }
        return found
    }

    @Test func placesAreThoseOfOneWordAfterTheOther() {
        var random = SystemRandomNumberGenerator()
        let letters: [Character] = ["低", "保", "残", "疾", "a", "b"]
        func text(_ length: ClosedRange<Int>) -> [UInt8] {
            let characters = (0..<Int.random(in: length, using: &random)).compactMap { _ in
                letters.randomElement(using: &random)
            }
            return Array(String(characters).utf8)
        }
        for _ in 0..<2_000 {
            let words = (0..<Int.random(in: 1...12, using: &random)).map { _ in text(0...4) }
                .sorted { $0.count > $1.count }
            let whole = text(0...20)
            let places = whole.withUnsafeBufferPointer { WordIndex(words).places(in: $0) }
            #expect(
                places.map { "\($0.word)@\($0.range.lowerBound)" } == Self.oneByOne(words, in: whole),
                "\(words.map { String(decoding: $0, as: UTF8.self) }) in \(String(decoding: whole, as: UTF8.self))")
        }
    }
}

/// Folding by bytes is folding character by character.
@Suite struct TextFoldingByBytesTests {
    private static func folded(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0...0x20, 0x7F...0xA0, 0xAD, 0x61C, 0x3000, 0x2000...0x200F, 0x2028...0x202E, 0x2060, 0x2066...0x2069,
            0xFEFF:
            ""
        case 0x41...0x5A: Unicode.Scalar(scalar.value + 0x20).map { String($0) } ?? ""
        case 0xFF01...0xFF5E: Unicode.Scalar(scalar.value - 0xFEE0).map(folded) ?? ""
        default: String(scalar)
        }
    }

    @Test func everyCharacterFoldsAsItIsDefined() {
        for value in UInt32(0)...0x1FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let expected = Self.folded(scalar)
            // Among others, too: the folding has a way of its own for texts that need none.
            for (text, wanted) in [(String(scalar), expected), ("字\(scalar)a", "字\(expected)a")]
            where !TextFolding.text(text).utf8.elementsEqual(wanted.utf8) {
                Issue.record("U+\(String(value, radix: 16)) folds to \(TextFolding.text(text))")
            }
        }
    }
}
