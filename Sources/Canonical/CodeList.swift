import StrictJSON

/// One code of a list.
public struct CodeEntry: Sendable, Hashable {
    /// Empty where a text that looks like a code means none.
    public let code: String
    public let zh: String
    public let en: String?
    public let aliases: [String]

    public init(code: String, zh: String, en: String? = nil, aliases: [String]) {
        self.code = code
        self.zh = zh
        self.en = en
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

    /// Whose trait the words of a list are.
    public enum About: String, Sendable, CaseIterable {
        /// The person's: words said of somebody else don't count, and what else a tag says is told.
        case person
        /// A household's, so that 家庭 and 父亲 belong to it; what else a tag says is told.
        case household
        /// A suspect's or defendant's, in whole sentences: words said of a victim or an accomplice don't count.
        case suspect
        /// A paper's: words said of a paper that is not there or is another person's don't count.
        case paper
    }

    /// Which words of a list count that name what is not, or not yet, or no more.
    public enum Tense: String, Sendable, CaseIterable {
        /// Only what is decided and in force: not 申请取保候审, 拟逮捕, 取保候审期满.
        case inForce
        /// Only what is under way: not 即将一审, 一审已结束. Who asks for a stage begins it: 申请执行.
        case underWay
        /// Not what somebody was sentenced to before: 曾被判处死刑.
        case unsentenced
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
    public let about: About?
    public let tense: Tense?
    public let entries: [CodeEntry]
    private let codes: [Word: String]
    /// The same by the folded words: a break, full width or a capital in a code names it all the same.
    private let foldedCodes: [Word: String]
    private let names: [String: String]
    /// The codes' common length, where all of them are digits.
    private let width: Int?
    /// For `contains`, longest first, and the code of each word's entry.
    private let words: WordIndex
    private let wordCodes: [String]

    public init(
        name: String, standard: String?, match: Match, about: About? = nil, tense: Tense? = nil, entries: [CodeEntry]
    ) {
        self.about = about
        self.tense = tense
        self.name = name
        self.standard = standard
        self.match = match
        self.entries = entries
        var codes: [Word: String] = [:]
        var foldedCodes: [Word: String] = [:]
        var words: [(String, String)] = []
        for entry in entries {
            for word in [entry.code, entry.zh] + entry.aliases where !word.isEmpty {
                if codes[Word(word)] == nil { codes[Word(word)] = entry.code }
                let folded = TextFolding.text(word)
                if foldedCodes[Word(folded)] == nil { foldedCodes[Word(folded)] = entry.code }
                if word != entry.code { words.append((folded, entry.code)) }
            }
        }
        self.codes = codes
        self.foldedCodes = foldedCodes
        let widths = Set(entries.map { $0.code.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } ? $0.code.utf8.count : 0 })
        width = widths.count == 1 ? widths.first : nil
        words.sort { $0.0.utf8.count > $1.0.utf8.count }
        wordCodes = words.map(\.1)
        self.words = WordIndex(words.map { Array($0.0.utf8) })
        names = Dictionary(entries.map { ($0.code, $0.zh) }) { first, _ in first }
    }

    public func name(of code: String) -> String? { names[code] }
    public func contains(code: String) -> Bool { names[code] != nil }

    /// What a list finds in a text.
    public struct Reading: Sendable, Hashable {
        public var codes: [String] = []
        /// The codes of words that are there and denied, such as 非低保.
        public var denied: [String] = []
        /// Whether the text denies something: it is then not unknown.
        public var isDenied: Bool { !denied.isEmpty }
        /// Whether a word of a list about persons is said of somebody else: 父亲为残疾人.
        public var isOfOthers = false
        /// Whether a word names what is asked for, planned, refused or over: 申请取保候审.
        public var isUnsettled = false
        /// Whether the text says more than the codes: 疑似残疾人, or a second code where one is asked for.
        public var hasLeftWords = false

        public init() {}
    }

    /// The code that a text names, or nothing.
    public func code(for text: String) -> String? { reading(for: text).codes.first }

    /// One code, and whether none was found since the text denies it.
    public func reading(for text: String) -> Reading {
        if let code = codes[Word(text)] { return Reading(code) }
        switch match {
        case .exact:
            // Spreadsheets drop leading zeros and add decimals.
            let bare = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
            if let code = codes[Word(bare)] ?? padded(bare) { return Reading(code) }
            let folded = TextFolding.text(bare)
            if let code = foldedCodes[Word(folded)] ?? padded(folded) { return Reading(code) }
            // A sentence's stop behind it.
            let stopped = folded.last.map { "。;,!、".contains($0) } ?? false
            return (stopped ? foldedCodes[Word(String(folded.dropLast()))] : nil).map(Reading.init) ?? Reading()
        case .contains:
            let whole = TextFolding.bytes(of: text)
            if let code = foldedCodes[Word(String(decoding: whole, as: UTF8.self))] { return Reading(code) }
            return whole.withUnsafeBufferPointer { whole in
                let places = places(in: whole)
                var reading = reading(of: Change.latest(places.map { ($0.range, $0) }, in: whole), in: whole)
                if reading.codes.count > 1 { reading.hasLeftWords = true }
                reading.codes = Array(reading.codes.prefix(1))
                return reading
            }
        }
    }

    /// The code with the leading zeros that the list's width asks for.
    private func padded(_ text: String) -> String? {
        guard let width, text.utf8.count < width, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        return codes[Word(String(repeating: "0", count: width - text.utf8.count) + text)]
    }

    /// Whether the text is known to mean no code at all.
    public func isKnownToMeanNothing(_ text: String) -> Bool {
        (codes[Word(text)] ?? foldedCodes[Word(TextFolding.text(text))]) == ""
    }

    /// Every code that a text names. A word inside a longer one that was found is not counted again.
    public func codes(in text: String) -> [String] { reading(in: text).codes }

    /// Every code that a text names, and whether it denies one. A word that is denied gives no code.
    public func reading(in text: String) -> Reading {
        if let code = codes[Word(text)] { return Reading(code) }
        // Over bytes: a list holds some hundred words, and searching characters costs ten times as much.
        let whole = TextFolding.bytes(of: text)
        if let code = foldedCodes[Word(String(decoding: whole, as: UTF8.self))] { return Reading(code) }
        return whole.withUnsafeBufferPointer { reading(of: places(in: $0), in: $0) }
    }

    private func reading(of places: [Place], in whole: UnsafeBufferPointer<UInt8>) -> Reading {
        var found = Reading()
        for place in places {
            switch place.manner {
            case .said:
                if !place.code.isEmpty, !found.codes.contains(place.code) { found.codes.append(place.code) }
            case .denied: found.denied.append(place.code)
            case .ofOthers: if !place.code.isEmpty { found.isOfOthers = true }
            case .unsettled: found.isUnsettled = true
            }
        }
        if found.isUnsettled, !found.codes.isEmpty { found.hasLeftWords = true }
        if about == .person || about == .household, !found.codes.isEmpty {
            found.hasLeftWords = found.hasLeftWords || TagWords.areLeft(in: whole, beside: places.map(\.range))
        }
        return found
    }

    /// Where a word stands, and how it is said.
    private struct Place {
        enum Manner { case said, denied, ofOthers, unsettled }

        let code: String
        let range: Range<Int>
        let reach: Denial.Reach?
        var manner: Manner
    }

    /// Every place where a word stands, the longest words first; none of them lies inside another.
    private func places(in whole: UnsafeBufferPointer<UInt8>) -> [Place] {
        var found = words.places(in: whole).map { place(wordCodes[$0.word], $0.range, in: whole) }
        if found.count > 1, found.contains(where: { $0.manner != .said }) {
            Self.spread(in: whole, over: &found)
            Self.spreadBack(in: whole, over: &found)
        }
        return found
    }

    private func place(_ code: String, _ range: Range<Int>, in whole: UnsafeBufferPointer<UInt8>) -> Place {
        let reach = Denial.reach(of: range, in: whole)
        if about == .paper {
            let isAnother = PaperWords.isAnother(range, of: code, in: whole)
            let isAbsent = reach != nil || PaperWords.isAbsent(range, in: whole)
            return Place(
                code: isAnother ? "" : code, range: range, reach: reach, manner: isAbsent ? .denied : .said)
        }
        let isOfOthers = reach == nil && (about.map { Kin.holds(of: range, in: whole, about: $0) } ?? false)
        let isUnsettled = tense.map { Unsettled.holds(of: range, in: whole, tense: $0) } ?? false
        return Place(
            code: code, range: range, reach: reach,
            manner: reach != nil ? .denied : isOfOthers ? .ofOthers : isUnsettled ? .unsettled : .said)
    }

    /// What is said of one word is said of those that a conjunction joins to it: 不可能判处无期徒刑、死刑.
    private static func spread(in whole: UnsafeBufferPointer<UInt8>, over places: inout [Place]) {
        var last: (end: Int, manner: Place.Manner, reachesOn: Bool)?
        for index in places.indices.sorted(by: { places[$0].range.lowerBound < places[$1].range.lowerBound }) {
            let place = places[index]
            if let last, place.manner == .said, last.manner != .said, last.end <= place.range.lowerBound {
                let gap = whole[last.end..<place.range.lowerBound]
                if gap.isEmpty || last.reachesOn && (Denial.joins(gap) || Denial.joins(Kin.withoutTail(gap))) {
                    places[index].manner = last.manner
                }
            }
            let isSpread = places[index].manner != place.manner && (last?.reachesOn ?? false)
            last = (
                place.range.upperBound, places[index].manner,
                place.reach == .clause || place.manner == .ofOthers || place.manner == .unsettled || isSpread
            )
        }
    }

    /// What is not settled of the end is not settled of the change: 变更强制措施为取保候审的申请被驳回.
    private static func spreadBack(in whole: UnsafeBufferPointer<UInt8>, over places: inout [Place]) {
        for place in places where place.manner == .unsettled {
            for index in places.indices where places[index].manner == .said {
                let end = places[index].range.upperBound
                guard end < place.range.lowerBound else { continue }
                if whole[end..<place.range.lowerBound].elementsEqual("为".utf8) { places[index].manner = .unsettled }
            }
        }
    }
}

extension CodeList.Reading {
    /// Of a whole text that is a word of the list; an empty code means none.
    fileprivate init(_ code: String) {
        self.init()
        codes = code.isEmpty ? [] : [code]
    }
}

/// All lists by name.
public struct CodeLists: Sendable {
    private let lists: [String: CodeList]

    public init(_ lists: [CodeList]) { self.lists = Dictionary(lists.map { ($0.name, $0) }) { first, _ in first } }

    public subscript(name: String) -> CodeList? { lists[name] }
    public var names: [String] { lists.keys.sorted() }
}
