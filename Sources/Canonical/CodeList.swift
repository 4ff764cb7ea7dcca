import StrictJSON

/// One code of a list.
public struct CodeEntry: Sendable, Hashable {
    /// Empty where a text that looks like a code means none.
    public let code: String
    public let zh: String
    public let aliases: [String]

    public init(code: String, zh: String, aliases: [String]) {
        self.code = code
        self.zh = zh
        self.aliases = aliases
    }
}

/// A list of codes, read in both directions.
public struct CodeList: Sendable {
    /// How a sender's text names a code.
    public enum Match: String, Sendable, CaseIterable {
        /// The text is the code, the name or an alias.
        case exact
        /// The text contains a name or an alias; the longest goes first.
        case contains
    }

    /// A text by its bytes: Swift looks for equivalent forms of every Chinese character before it hashes one.
    private struct Word: Hashable {
        private let text: String

        init(_ text: String) { self.text = text }

        static func == (left: Word, right: Word) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            text.lend { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    public let name: String
    public let standard: String?
    public let match: Match
    public let entries: [CodeEntry]
    private let codes: [Word: String]
    private let names: [String: String]
    /// The codes' common length, where all of them are digits.
    private let width: Int?
    /// For `contains`, longest first: where each lies in `letters`, and its entry's code in `wordCodes`.
    private let words: [Range<Int>]
    private let wordCodes: [String]
    private let letters: [UInt8]

    public init(name: String, standard: String?, match: Match, entries: [CodeEntry]) {
        self.name = name
        self.standard = standard
        self.match = match
        self.entries = entries
        var codes: [Word: String] = [:]
        var words: [(String, String)] = []
        for entry in entries {
            for word in [entry.code, entry.zh] + entry.aliases where !word.isEmpty {
                if codes[Word(word)] == nil { codes[Word(word)] = entry.code }
                if word != entry.code { words.append((word, entry.code)) }
            }
        }
        self.codes = codes
        let widths = Set(entries.map { $0.code.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } ? $0.code.utf8.count : 0 })
        width = widths.count == 1 ? widths.first : nil
        words.sort { $0.0.utf8.count > $1.0.utf8.count }
        wordCodes = words.map(\.1)
        var letters: [UInt8] = []
        self.words = words.map { word, _ in
            letters += word.utf8
            return letters.count - word.utf8.count..<letters.count
        }
        self.letters = letters
        names = Dictionary(entries.map { ($0.code, $0.zh) }) { first, _ in first }
    }

    public func name(of code: String) -> String? { names[code] }
    public func contains(code: String) -> Bool { names[code] != nil }

    /// The code that a text names, or nothing.
    public func code(for text: String) -> String? {
        if let code = codes[Word(text)] { return code.isEmpty ? nil : code }
        switch match {
        case .exact:
            // Spreadsheets drop leading zeros and add decimals.
            let bare = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
            return (codes[Word(bare)] ?? padded(bare)).flatMap { $0.isEmpty ? nil : $0 }
        case .contains: return codes(in: text).first
        }
    }

    /// The code with the leading zeros that the list's width asks for.
    private func padded(_ text: String) -> String? {
        guard let width, text.utf8.count < width, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return codes[Word(String(repeating: "0", count: width - text.utf8.count) + text)]
    }

    /// Whether the text is known to mean no code at all.
    public func isKnownToMeanNothing(_ text: String) -> Bool { codes[Word(text)] == "" }

    /// Every code that a text names. A word inside a longer one that was found is not counted again.
    public func codes(in text: String) -> [String] {
        if let code = codes[Word(text)], match == .exact { return code.isEmpty ? [] : [code] }
        // Over bytes: a list holds some hundred words, and searching characters costs ten times as much.
        var rest = Array(text.utf8)
        var found: [String] = []
        letters.withUnsafeBufferPointer { letters in
            rest.withUnsafeMutableBufferPointer { rest in
                for index in words.indices where words[index].count <= rest.count {
                    guard Self.blank(letters[words[index]], in: rest) else { continue }
                    let code = wordCodes[index]
                    if !code.isEmpty, !found.contains(code) { found.append(code) }
                }
            }
        }
        return found
    }

    /// Blanks every place where the word stands.
    ///
    /// - Returns: whether there was one.
    private static func blank(
        _ word: Slice<UnsafeBufferPointer<UInt8>>, in text: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        guard let first = word.first, word.count <= text.count else { return false }
        var isFound = false
        for start in 0...(text.count - word.count) where text[start] == first {
            guard text[start..<start + word.count].elementsEqual(word) else { continue }
            for index in start..<start + word.count { text[index] = 0 }
            isFound = true
        }
        return isFound
    }
}

/// All lists by name.
public struct CodeLists: Sendable {
    private let lists: [String: CodeList]

    public init(_ lists: [CodeList]) { self.lists = Dictionary(lists.map { ($0.name, $0) }) { first, _ in first } }

    public subscript(name: String) -> CodeList? { lists[name] }
    public var names: [String] { lists.keys.sorted() }
}
