/// Finds the places of many words in a text in one walk over its bytes. Words and text are as `TextFolding` gives them.
struct WordIndex: Sendable {
    /// In order of precedence: where each lies in `letters`.
    private var words: [Range<Int>] = []
    private var letters: [UInt8] = []
    /// Words by their first three bytes, which are one Chinese character; shorter ones by their first byte.
    private var buckets: [[Int]] = Array(repeating: [], count: 512)
    private var hasShortWords = false

    /// - Parameter words: those that count first stand first.
    init(_ words: [[UInt8]]) {
        for word in words {
            letters += word
            self.words.append(letters.count - word.count..<letters.count)
            if word.isEmpty { continue }
            let place = word.count < 3 ? Self.bucket(word[0]) : Self.bucket(word[0], word[1], word[2])
            buckets[place].append(self.words.count - 1)
            if word.count < 3 { hasShortWords = true }
        }
    }

    private static func bucket(_ first: UInt8) -> Int { Int(first) }

    private static func bucket(_ first: UInt8, _ second: UInt8, _ third: UInt8) -> Int {
        ((Int(first) &* 31 &+ Int(second)) &* 31 &+ Int(third)) & 511
    }

    /// Every place where a word stands, in the words' order; none overlaps that of a word before it.
    func places(in text: UnsafeBufferPointer<UInt8>) -> [(word: Int, range: Range<Int>)] {
        var found: [(word: Int, range: Range<Int>)] = []
        letters.withUnsafeBufferPointer { letters in
            for start in text.indices {
                if start + 2 < text.count {
                    collect(
                        Self.bucket(text[start], text[start + 1], text[start + 2]), at: start, in: text, letters, &found
                    )
                }
                if hasShortWords { collect(Self.bucket(text[start]), at: start, in: text, letters, &found) }
            }
        }
        if found.count < 2 { return found }
        found.sort { ($0.word, $0.range.lowerBound) < ($1.word, $1.range.lowerBound) }
        var taken: [(word: Int, range: Range<Int>)] = []
        for place in found where !taken.contains(where: { $0.range.overlaps(place.range) }) { taken.append(place) }
        return taken
    }

    private func collect(
        _ bucket: Int, at start: Int, in text: UnsafeBufferPointer<UInt8>, _ letters: UnsafeBufferPointer<UInt8>,
        _ found: inout [(word: Int, range: Range<Int>)]
    ) {
        for word in buckets[bucket] {
            let range = words[word]
            guard start + range.count <= text.count,
                (0..<range.count).allSatisfy({ text[start + $0] == letters[range.lowerBound + $0] }),
                // A short word may share its bucket with a long one, which is asked for there.
                !found.contains(where: { $0.word == word && $0.range.lowerBound == start })
            else { continue }
            found.append((word, start..<start + range.count))
        }
    }
}
