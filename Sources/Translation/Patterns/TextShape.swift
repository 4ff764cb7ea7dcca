/// What a rule does to a text before anything reads it: takes a part out, replaces, and holds what is left against a
/// pattern, in this order.
struct TextShape: Sendable {
    struct Replacement: Sendable {
        let pattern: TextPattern
        let words: String
    }

    var extract: TextPattern?
    var replacement: Replacement?
    var match: TextPattern?

    var isEmpty: Bool { extract == nil && replacement == nil && match == nil }

    /// As an explanation names what was done.
    var steps: [String] {
        (extract == nil ? [] : ["extract"]) + (replacement == nil ? [] : ["replace"])
            + (match == nil ? [] : ["match"])
    }

    /// The text as it came goes first; where it does not fit, it is tried with its full-width characters narrowed, which is
    /// told.
    func read(_ raw: String) -> Conversion {
        let plain = shaped(raw)
        guard plain.problem == "patternMismatch" else { return plain }
        let (narrow, changed) = Converter.narrowed(raw)
        guard changed else { return plain }
        var second = shaped(narrow)
        if second.value != nil { second.tolerated.insert("normalizedFullWidth", at: 0) }
        return second
    }

    private func shaped(_ raw: String) -> Conversion {
        var text = raw
        var told: [String] = []
        if let extract {
            let (answer, isDoubtful) = extract.taken(from: text)
            if let problem = Self.problem(in: answer, &text) { return .failed(problem) }
            if isDoubtful { told.append("patternAmbiguous") }
        }
        if let replacement,
            let problem = Self.problem(
                in: replacement.pattern.replacing(in: text, with: replacement.words), &text)
        {
            return .failed(problem)
        }
        text = Blanks.trimmed(text)
        if let match {
            var whole = text
            if let problem = Self.problem(in: match.isWhole(text), &whole) { return .failed(problem) }
        }
        return .value(.string(text), told)
    }

    private static func problem(in answer: TextPattern.Answer, _ text: inout String) -> String? {
        switch answer {
        case .found(let found):
            text = found
            return nil
        case .nothing: return "patternMismatch"
        case .givenUp: return "patternGivenUp"
        }
    }
}
