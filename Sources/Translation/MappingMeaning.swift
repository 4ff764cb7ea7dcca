import Canonical
import Documents

/// What the tests of mappings ask: the converters' words, the code lists and the placeholders. One for each thread.
final class MappingMeaning: TextMeaning {
    /// A text that a test could not read.
    struct Doubt {
        let code: String
        let list: String?
        let text: String
        let node: Node
    }

    private let codes: CodeLists
    private let placeholders: Placeholders
    /// Since they were last taken.
    private(set) var doubts: [Doubt] = []

    init(codes: CodeLists, placeholders: Placeholders) {
        self.codes = codes
        self.placeholders = placeholders
    }

    func forgetDoubts() { doubts.removeAll() }

    func takeDoubts() -> [Doubt] {
        defer { doubts.removeAll() }
        return doubts
    }

    func folded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] { TextFolding.bytes(of: text) }

    func tell(_ code: String, of call: TextCall, at node: Node) {
        guard !doubts.contains(where: { $0.code == code && $0.node.identity == node.identity }) else { return }
        let list = call.function == .coded ? call.words.first : nil
        doubts.append(Doubt(code: code, list: list, text: Blanks.trimmed(node.text), node: node))
    }

    /// Why a call means nothing, for the mapping's author.
    func problem(with call: TextCall) -> String? {
        switch call.function {
        case .yes, .no, .positive, .folded: return nil
        case .given:
            let uses = placeholders.excepted
            return call.words.first { !uses.contains($0) }.map {
                "no placeholder is a value for \($0)" + MappingLanguage.hint($0, uses.sorted())
            }
        case .is, .says, .mentions, .denies, .begins:
            return call.words.contains { TextFolding.bytes(of: $0).isEmpty }
                ? "\(call.function.rawValue)() asks for an empty word" : nil
        case .matches:
            for word in call.words {
                do throws(TextPattern.Malformed) { _ = try TextPattern(word) } catch {
                    return "\(word) is no pattern: \(error.text)"
                }
            }
            return nil
        case .coded:
            guard let name = call.words.first else { return nil }
            guard let list = codes[name] else {
                return "unknown code list \(name)" + MappingLanguage.hint(name, codes.names)
            }
            let known = list.entries.map(\.code)
            return call.words.dropFirst().first { !known.contains($0) }.map {
                "\($0) is no code of \(name)" + MappingLanguage.hint($0, known)
            }
        }
    }

    func test(_ call: TextCall) -> ((UnsafeBufferPointer<UInt8>) -> TextAnswer)? {
        guard problem(with: call) == nil else { return nil }
        let placeholders = placeholders
        let words = call.words.map { TextFolding.bytes(of: $0) }
        switch call.function {
        case .given:
            let uses = Set(call.words)
            return { placeholders.read($0, for: uses) == .value ? .holds : .fails }
        case .yes: return { Self.read($0, as: true, placeholders) }
        case .no: return { Self.read($0, as: false, placeholders) }
        case .positive: return { Self.isPositive($0, placeholders) }
        case .is: return { words.contains(TextFolding.bytes(of: $0)) ? .holds : .fails }
        case .says: return { text in words.contains { Self.holds($0, in: text, denied: false) } ? .holds : .fails }
        case .mentions:
            return { text in
                let folded = TextFolding.bytes(of: text)
                return words.contains { Self.stands($0, in: folded) { _ in true } } ? .holds : .fails
            }
        case .denies: return { text in words.contains { Self.holds($0, in: text, denied: true) } ? .holds : .fails }
        case .begins:
            return { text in
                let folded = TextFolding.bytes(of: text)
                return words.contains { folded.starts(with: $0) } ? .holds : .fails
            }
        case .matches: return matching(call)
        case .coded: return coded(call)
        // Gives a text; nobody asks it for an answer.
        case .folded: return { $0.isEmpty ? .fails : .holds }
        }
    }

    private static func read(
        _ text: UnsafeBufferPointer<UInt8>, as wanted: Bool, _ placeholders: Placeholders
    ) -> TextAnswer {
        if let answer = YesNoWords.read(text) { return answer == wanted ? .holds : .fails }
        return placeholders.read(text) == .value ? .unreadable("notABoolean") : .fails
    }

    private static func isPositive(_ text: UnsafeBufferPointer<UInt8>, _ placeholders: Placeholders) -> TextAnswer {
        guard placeholders.read(text) == .value else { return .fails }
        guard let number = Converter.integer.convert(Blanks.trimmed(text)).value?.int else {
            return .unreadable("notANumber")
        }
        return number > 0 ? .holds : .fails
    }

    /// Whether a word stands anywhere, and is denied there or not.
    private static func holds(_ word: [UInt8], in text: UnsafeBufferPointer<UInt8>, denied: Bool) -> Bool {
        let folded = TextFolding.bytes(of: text)
        return stands(word, in: folded) { Denial.holds(of: $0, in: folded) == denied }
    }

    /// Whether a word stands at any place that counts.
    private static func stands(_ word: [UInt8], in text: [UInt8], _ counts: (Range<Int>) -> Bool) -> Bool {
        guard let first = word.first, word.count <= text.count else { return false }
        for start in 0...(text.count - word.count) where text[start] == first && text[start...].starts(with: word) {
            if counts(start..<start + word.count) { return true }
        }
        return false
    }

    /// Tried on the text as it is and with its full-width characters narrowed.
    private func matching(_ call: TextCall) -> ((UnsafeBufferPointer<UInt8>) -> TextAnswer)? {
        let patterns = call.words.compactMap { try? TextPattern($0) }
        guard patterns.count == call.words.count else { return nil }
        return { bytes in
            let text = Blanks.trimmed(bytes)
            let (narrow, changed) = Converter.narrowed(text)
            var isGivenUp = false
            for text in changed ? [text, narrow] : [text] {
                for pattern in patterns {
                    switch pattern.isIn(text) {
                    case .found: return .holds
                    case .nothing: continue
                    case .givenUp: isGivenUp = true
                    }
                }
            }
            return isGivenUp ? .unreadable("patternGivenUp") : .fails
        }
    }

    private func coded(_ call: TextCall) -> ((UnsafeBufferPointer<UInt8>) -> TextAnswer)? {
        guard let name = call.words.first, let list = codes[name] else { return nil }
        let (wanted, uses, placeholders) = (Set(call.words.dropFirst()), Set([name]), placeholders)
        let will = name == ApplicationWill.list ? ApplicationWill(codes) : nil
        return { bytes in
            guard placeholders.read(bytes, for: uses) == .value else { return .fails }
            let text = Converter.narrowed(Blanks.trimmed(bytes)).0
            if let will {
                switch will.read(text) {
                case .stated(let code): return wanted.contains(code) ? .holds : .fails
                case .declined: return wanted.contains("unknown") ? .holds : .fails
                case .unclear: return .unreadable("willUnclear")
                }
            }
            let reading = list.match == .exact ? list.reading(for: text) : list.reading(in: text)
            if reading.codes.contains(where: wanted.contains) { return .holds }
            let isRead =
                !reading.codes.isEmpty || reading.isDenied || reading.isUnsettled || list.isKnownToMeanNothing(text)
            return isRead ? .fails : .unreadable("unknownCode")
        }
    }
}
