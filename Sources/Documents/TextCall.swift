/// What expressions may ask of a text besides XPath's own functions. All but `folded` are tests, which a set of nodes passes
/// when any of its nodes does.
public enum TextFunction: String, CaseIterable, Sendable {
    /// Something is said: neither nothing nor a placeholder. A word names the use (a converter, a code list or a target) for
    /// which some placeholders are values.
    case given
    /// Read as yes, or as no, by the words for them.
    case yes, no
    /// A number above zero.
    case positive
    /// One of the words, whatever its width, case and blanks.
    case `is`
    /// Read by a code list, which is named first, as one of the codes.
    case coded
    /// Holds one of the words, and does not deny it.
    case says
    /// Holds one of the words, said or denied: what a text is about.
    case mentions
    /// Holds one of the words and denies it.
    case denies
    /// Begins with one of the words.
    case begins
    /// One of the patterns stands in it.
    case matches
    /// The text itself, folded: width, case and blanks make no difference to what is compared with it.
    case folded

    /// How many quoted words must follow the path.
    public var wordCounts: ClosedRange<Int> {
        switch self {
        case .yes, .no, .positive, .folded: 0...0
        case .given: 0...1
        case .is, .says, .mentions, .denies, .begins: 1...20
        case .matches: 1...5
        case .coded: 2...20
        }
    }
}

/// One call of such a test: what is asked, without the path that it is asked of.
public struct TextCall: Sendable, Hashable {
    public let function: TextFunction
    public let words: [String]

    public init(_ function: TextFunction, _ words: [String]) {
        self.function = function
        self.words = words
    }

    /// A call that names no words where it must, or computes them.
    public struct Malformed: Error, Sendable, Hashable {
        public let function: TextFunction
    }

    /// The calls of an expression, those inside predicates too.
    public static func all(in source: String) throws(Malformed) -> [TextCall] {
        var found: [TextCall] = []
        var rest = Array(source)[...]
        var name = ""
        var isNameOver = false
        while let character = rest.popFirst() {
            switch character {
            case "'", "\"":
                rest = rest[(rest.firstIndex(of: character) ?? rest.endIndex - 1)...].dropFirst()
                name = ""
            case "(":
                if let function = TextFunction(rawValue: name) {
                    guard let words = words(of: rest), function.wordCounts.contains(words.count) else {
                        throw Malformed(function: function)
                    }
                    found.append(TextCall(function, words))
                }
                name = ""
            case _ where character.isLetter || character.isNumber || "_-.".contains(character):
                name = isNameOver ? String(character) : name + String(character)
                isNameOver = false
            case _ where character.isWhitespace: isNameOver = true
            default: name = ""
            }
        }
        return found
    }

    /// What stands between the commas behind the first argument; nothing where that is no quoted word.
    private static func words(of arguments: ArraySlice<Character>) -> [String]? {
        var parts: [[Character]] = [[]]
        var depth = 0
        var quote: Character?
        reading: for character in arguments {
            if let open = quote {
                if character == open { quote = nil }
            } else {
                switch character {
                case "'", "\"": quote = character
                case "(", "[": depth += 1
                case ")", "]":
                    if depth == 0 { break reading }
                    depth -= 1
                case "," where depth == 0:
                    parts.append([])
                    continue
                default: break
                }
            }
            parts[parts.count - 1].append(character)
        }
        guard parts[0].contains(where: { !$0.isWhitespace }) else { return nil }
        var words: [String] = []
        for part in parts.dropFirst() {
            let bare = String(part).trimmingPrefix(while: \.isWhitespace)
            guard let first = bare.first, first == "'" || first == "\"", let end = bare.lastIndex(of: first),
                end > bare.startIndex, bare[bare.index(after: end)...].allSatisfy(\.isWhitespace)
            else { return nil }
            words.append(String(bare[bare.index(after: bare.startIndex)..<end]))
        }
        return words
    }
}

/// What a test finds in a text.
public enum TextAnswer: Sendable, Hashable {
    case holds, fails
    /// Something is said that cannot be read: the test fails, and the finding of this code is told.
    case unreadable(String)
}

/// What texts mean: the owner of the words, and the one who is told of what cannot be read.
public protocol TextMeaning: AnyObject {
    /// Made once for each call of an expression, when it is compiled.
    ///
    /// - Returns: nothing for a call that means nothing, such as one of a list that is not there.
    func test(_ call: TextCall) -> ((UnsafeBufferPointer<UInt8>) -> TextAnswer)?

    /// A text as it is compared.
    func folded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]

    /// - Parameter code: of the finding.
    func tell(_ code: String, of call: TextCall, at node: Node)
}
