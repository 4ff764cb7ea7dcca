/// Words and what they mean, found at a place in a text; the longest one counts.
struct WordTable<Meaning: Sendable>: Sendable {
    private var words: [Unicode.Scalar: [(word: [Unicode.Scalar], meaning: Meaning)]] = [:]

    /// - Parameter entries: words of one meaning, parted by blanks.
    init(_ entries: [(words: String, meaning: Meaning)]) {
        for (list, meaning) in entries {
            for word in list.split(separator: " ").map({ Array($0.unicodeScalars) }) {
                guard let first = word.first else { continue }
                words[first, default: []].append((word, meaning))
            }
        }
        for first in words.keys { words[first]?.sort { $0.word.count > $1.word.count } }
    }

    /// The word that stands at `index`.
    func match(in text: [Unicode.Scalar], at index: Int) -> (length: Int, meaning: Meaning)? {
        guard index < text.count, let candidates = words[text[index]] else { return nil }
        for (word, meaning) in candidates where text[index...].starts(with: word) { return (word.count, meaning) }
        return nil
    }

    /// Whether one of the words stands anywhere in this part of a text.
    func isFound(in text: [Unicode.Scalar], _ range: Range<Int>) -> Bool {
        range.contains { index in match(in: text, at: index).map { index + $0.length <= range.upperBound } ?? false }
    }
}

extension WordTable where Meaning == Void {
    init(_ words: String) { self.init([(words, ())]) }
}
