import Canonical

/// Key words of free texts, and of whom they speak.
struct KeyWords: Sendable {
    /// A key word in a text.
    struct Hit: Sendable, Hashable {
        let id: String
        let about: Subject
        /// The person this application is about does it, rather than suffers it.
        let isOwnDeed: Bool
    }

    /// Whom a trait belongs to, as far as its clause tells.
    enum Subject: String, Sendable { case person, other }

    /// What the lists of words that are no key words themselves are called.
    static let reserved = [
        "negation", "ownPerson", "otherPerson", "victimPerson", "accusedPerson", "harm", "matterDenial",
    ]

    private let scan: WordScan
    /// Key words that a word of negation before them takes back; of others it is part of the claim: 没有工资.
    private let deniable: Set<String>
    private let deniableWords: [String]
    private let negations: [String]
    /// What says that a matter is none of the word's, whatever the word.
    private let matterDenials: [String]
    private let own: [String]
    private let others: [String]
    private let victims: [String]
    private let accused: [String]
    private let harm: [String]

    /// - Parameter lists: words by the list's id.
    init(_ lists: [(id: String, words: [String], isDeniable: Bool)]) {
        func words(_ id: String) -> [String] { lists.filter { $0.id == id }.flatMap(\.words) }
        scan = WordScan(
            lists.filter { !Self.reserved.contains($0.id) }.flatMap { list in list.words.map { ($0, list.id) } })
        deniable = Set(lists.filter(\.isDeniable).map(\.id))
        deniableWords = lists.filter(\.isDeniable).flatMap(\.words)
        negations = words("negation")
        matterDenials = words("matterDenial")
        own = words("ownPerson")
        others = words("otherPerson")
        victims = words("victimPerson")
        accused = words("accusedPerson")
        harm = words("harm")
    }

    /// The key words of a text in its order, each once for each of whom it speaks; those that are denied left out.
    ///
    /// - Parameter isVictim: the person of the application is the victim of a crime, so that 被害人 means this person.
    func hits(in text: String, isVictim: Bool) -> [Hit] {
        var found: [Hit] = []
        for place in scan.places(in: text) {
            let (before, after) = Self.clause(around: place.range, in: text)
            if deniable.contains(place.id),
                isDenied(by: before) || Denial.answers(text[place.range.upperBound...].prefix(16))
            {
                continue
            }
            if isAnotherMatter(before, after) { continue }
            let hit = Hit(
                id: place.id, about: subject(before, after, isVictim: isVictim), isOwnDeed: isOwnDeed(before, isVictim))
            if !found.contains(hit) { found.append(hit) }
        }
        return found
    }

    /// What stands before and behind a word up to the next sign of punctuation.
    private static func clause(around range: Range<String.Index>, in text: String) -> (
        before: Substring, after: Substring
    ) {
        func ends(_ character: Character) -> Bool { "，。；：！？,;:!?\n\r".contains(character) }
        let before = text[..<range.lowerBound]
        let start = before.lastIndex(where: ends).map(text.index(after:)) ?? text.startIndex
        return (before[start...], text[range.upperBound...].prefix { !ends($0) })
    }

    private static let fillers = [
        "、", "和", "或", "及", "与", "任何", "受到", "遭受", "遭到", "发生", "存在", "实施", "患有", "患", "有", "过", "系", "是", "为", "的", "被",
    ]

    private func isDenied(by before: Substring) -> Bool {
        var before = before
        // 不存在虐待、遗弃: the word before it is denied, too.
        while let filler = (Self.fillers + deniableWords).first(where: {
            before.hasSuffix($0) && !endsInNegation(before)
        }) {
            before = before.dropLast(filler.count)
        }
        return endsInNegation(before)
    }

    /// 不是赡养纠纷, 与工资无关.
    private func isAnotherMatter(_ before: Substring, _ after: Substring) -> Bool {
        var (before, after) = (before, after)
        if let filler = ["任何", "其他"].first(where: before.hasSuffix) { before = before.dropLast(filler.count) }
        while let noun = ["费用", "费", "纠纷", "问题", "争议", "事宜"].first(where: after.hasPrefix) {
            after = after.dropFirst(noun.count)
        }
        return matterDenials.contains { before.hasSuffix($0) } || after.hasPrefix("无关")
    }

    private func endsInNegation(_ text: Substring) -> Bool { negations.contains { text.hasSuffix($0) } }

    /// By the last word before it that names somebody or does something to somebody.
    private func subject(_ before: Substring, _ after: Substring, isVictim: Bool) -> Subject {
        // 被聋哑人殴打, 与精神病人同住: the word itself is another person.
        if ["被", "与", "和", "对", "向", "把", "将", "跟", "同", "遭"].contains(where: { before.hasSuffix($0) }) {
            return .other
        }
        let (mine, theirs) = isVictim ? (own + victims, others + accused) : (own + accused, others + victims)
        var bare = after
        while let ending = ["的", "人", "患者", "者"].first(where: bare.hasPrefix), !theirs.contains(where: bare.hasPrefix) {
            bare = bare.dropFirst(ending.count)
        }
        if theirs.contains(where: { bare.hasPrefix($0) }) { return .other }
        let last = [(mine, Subject.person), (theirs, .other), (harm, isVictim ? .person : .other)].flatMap {
            words, subject in
            words.compactMap { word in before.ranges(of: word).last.map { ($0.upperBound, word.count, subject) } }
        }.max { ($0.0, $0.1) < ($1.0, $1.1) }
        return last?.2 ?? .person
    }

    /// 申请人虐待…, 因涉嫌遗弃…: the person is who does it.
    private func isOwnDeed(_ before: Substring, _ isVictim: Bool) -> Bool {
        var before = before
        let adverbs = ["多次", "长期", "经常", "曾经", "曾", "一直", "实施", "因", "已"]
        while let adverb = adverbs.first(where: before.hasSuffix) { before = before.dropLast(adverb.count) }
        let doers = own + (isVictim ? [] : accused) + ["涉嫌", "构成", "犯"]
        return doers.contains { before.hasSuffix($0) } && !before.isEmpty
    }
}
