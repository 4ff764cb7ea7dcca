import Canonical

/// Whether somebody wants legal aid, as people write it: 同意, 自愿, 本人申请, 不愿意, 由家属代为申请, 待本人确认.
///
/// Words of refusal go before words of will, and a text that says both, leaves it open or tells what somebody else wants
/// is not clear: nothing is assumed for the person (法律援助法 39–43). The words stand in the lists `applyWill`,
/// `willDoubt`, `willGrammar`, `willAsk` and `willBeside`, and are made ready once for each engine.
struct ApplicationWill {
    static let list = "applyWill"
    /// The lists that only this reading uses.
    static let others: Set<String> = ["willDoubt", "willGrammar", "willAsk", "willBeside"]

    enum Reading: Sendable, Hashable {
        /// A code of the list: the person, or somebody for the person, applies.
        case stated(String)
        case declined
        case unclear
    }

    private let words: CodeList
    private let doubts: CodeList?
    /// What needs no search: the whole text is one word.
    private var whole: [[UInt8]: Reading] = [:]
    private var wholeDoubts: Set<[UInt8]> = []
    /// That something was not handed in, and what may stand between that and the word of will.
    private let missing: [[UInt8]]
    private let links: [[UInt8]]
    private let papers: [[UInt8]]
    private let relatives: [[UInt8]]
    private let own: [[UInt8]]
    /// What asks, what may stand before it, what is asked for, and what may stand beside that.
    private let asks: [[UInt8]]
    private let befores: [[UInt8]]
    private let aids: [[UInt8]]
    private let withs: [[UInt8]]
    /// What the words of will are, and what may or may not stand beside them.
    private let sentence: WillSentence

    /// Nothing without the list of wills.
    init?(_ codes: CodeLists) {
        guard let words = codes[Self.list] else { return nil }
        self.words = words
        doubts = codes["willDoubt"]
        let grammar = codes["willGrammar"]
        missing = Self.folded("notProvided", of: doubts).filter { $0.count > 3 }
        func grammarWords(_ codes: String...) -> [[UInt8]] { codes.flatMap { Self.folded($0, of: grammar) } }
        links = grammarWords("link", "ownLink")
        papers = grammarWords("paper", "ownPaper")
        relatives = grammarWords("relative")
        own = grammarWords("own", "ownLink", "ownPaper")
        func askWords(_ code: String) -> [[UInt8]] {
            Self.folded(code, of: codes["willAsk"]).sorted { $0.count > $1.count }
        }
        asks = askWords("ask")
        befores = askWords("before") + own
        aids = askWords("aid")
        withs = askWords("with")
        let stated = { (code: String) in Self.folded(code, of: words).filter { $0.count > 3 } }
        let beside = codes["willBeside"]
        sentence = WillSentence(
            wills: stated("self"), agents: stated("agent"), aids: aids,
            besides: withs + asks + Self.folded("beside", of: beside), ands: Self.folded("and", of: beside),
            advices: Self.folded("advice", of: beside), told: Self.folded("told", of: beside), own: own + links)
        for word in Self.folded("alone", of: grammar) { whole[word] = .stated("self") }
        for entry in words.entries {
            for word in [entry.code, entry.zh] + entry.aliases {
                whole[TextFolding.bytes(of: word)] = entry.code == "unknown" ? .declined : .stated(entry.code)
            }
        }
        for entry in doubts?.entries ?? [] {
            for word in [entry.code, entry.zh] + entry.aliases { wholeDoubts.insert(TextFolding.bytes(of: word)) }
        }
    }

    private static func folded(_ code: String, of list: CodeList?) -> [[UInt8]] {
        list?.entries.first { $0.code == code }.map { ([$0.zh] + $0.aliases).map(TextFolding.bytes) } ?? []
    }

    func read(_ text: String) -> Reading {
        // What programs write needs no words.
        if text.utf8.allSatisfy({ $0 < 0x80 }), let answer = YesNoWords.read(text) {
            return answer ? .stated("self") : .declined
        }
        let folded = TextFolding.bytes(of: text)
        let bare = Self.bare(folded)
        // Before yes and no, to which 未提供 is a no of papers, and before the list's own words: its code `unknown` is named
        // for what stands then, and to write it refuses nothing.
        if wholeDoubts.contains(bare) { return .unclear }
        if let known = whole[bare] { return known }
        if let answer = YesNoWords.read(text) { return answer ? .stated("self") : .declined }
        if bare.last == UInt8(ascii: "?") || isAboutPaper(folded) { return .unclear }
        if let doubts, doubts.codes(in: text).contains("doubt") { return .unclear }
        return search(text, folded)
    }

    private func search(_ text: String, _ folded: [UInt8]) -> Reading {
        let found = words.reading(in: text)
        if !found.codes.contains("agent"), isOfRelative(folded) { return .unclear }
        // “不需要值班律师，本人申请” and “不愿调解，要求援助” say both.
        if found.codes.contains("unknown") {
            let isBoth = found.codes.count > 1 && Self.clauses(of: folded).count > 1
            return isBoth || asksForAid(folded) ? .unclear : .declined
        }
        // “不放弃” refuses nothing, and “不愿委托律师，但申请法律援助” wants something.
        if found.denied.contains("unknown") || found.isDenied && !found.codes.isEmpty { return .unclear }
        if found.codes.isEmpty {
            guard asksForAid(folded) else { return found.isDenied ? .declined : .unclear }
            return found.isDenied ? .unclear : .stated("self")
        }
        let clauses = Self.clauses(of: folded)
        if found.codes.contains("agent") {
            return clauses.contains(where: sentence.holdsAgent) ? .stated("agent") : .unclear
        }
        guard found.codes[0] == "self" else { return .stated(found.codes[0]) }
        return clauses.contains(where: sentence.holdsWill) || asksForAid(folded) ? .stated("self") : .unclear
    }

    /// Whether a word of will says what was not handed in, and not what the person wants: 未提交申请, 缺少本人同意.
    private func isAboutPaper(_ text: [UInt8]) -> Bool {
        for word in missing where word.count <= text.count {
            for start in 0...(text.count - word.count) where text[start...].starts(with: word) {
                var rest = text[(start + word.count)...]
                while let link = links.first(where: { rest.starts(with: $0) }) { rest = rest.dropFirst(link.count) }
                if papers.contains(where: { rest.starts(with: $0) }) { return true }
            }
        }
        return false
    }

    /// Whether somebody else says it, and nothing the person's own word: 母亲同意, but 经父母同意，本人申请.
    private func isOfRelative(_ text: [UInt8]) -> Bool {
        var rest = text[...]
        for before in ["其", "由", "经", "征得", "据"] where rest.starts(with: before.utf8) {
            rest = rest.dropFirst(before.utf8.count)
        }
        guard relatives.contains(where: { rest.starts(with: $0) }) else { return false }
        return !own.contains { word in text.indices.contains { text[$0...].starts(with: word) } }
    }

    /// Whether what is asked for is aid, or said by the one word: 希望得到法律援助, 要求. 要求赔偿 and 想自己请律师 ask for
    /// something else.
    private func asksForAid(_ text: [UInt8]) -> Bool {
        let clauses = Self.clauses(of: text)
        return clauses.contains { clause in
            var rest = clause
            func take(_ words: [[UInt8]]) -> Bool {
                guard let word = words.first(where: { rest.starts(with: $0) }) else { return false }
                rest = rest.dropFirst(word.count)
                return true
            }
            while take(befores) {}
            guard take(asks) else { return false }
            if rest.isEmpty { return clauses.count == 1 }
            var isForAid = false
            while !rest.isEmpty {
                if take(aids) { isForAid = true } else if !take(withs), !take(asks) { return false }
            }
            return isForAid
        }
    }

    private static func clauses(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        var clauses: [ArraySlice<UInt8>] = []
        var (start, index) = (0, 0)
        while index < text.count {
            if let stop = stops.first(where: { text[index...].starts(with: $0) }) {
                clauses.append(text[start..<index])
                index += stop.count
                start = index
            } else {
                index += 1
            }
        }
        return (clauses + [text[start...]]).filter { !$0.isEmpty }
    }

    /// But for stops behind it.
    private static func bare(_ folded: [UInt8]) -> [UInt8] {
        var text = folded[...]
        while let stop = stops.first(where: { text.count > $0.count && text.suffix($0.count).elementsEqual($0) }) {
            text = text.dropLast(stop.count)
        }
        return Array(text)
    }

    private static let stops = ["。", ".", "！", "!", "；", ";", "，", ","].map { Array($0.utf8) }
}
