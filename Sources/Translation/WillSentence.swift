/// How a clause with a word of will is built, so that what it wants is legal aid and the person's own wish.
///
/// 本人自愿申请法律援助 is a will; 同意授权 and 愿意自行辩护 want something else, and 法院建议申请, 有权申请 and 改日申请 are
/// advice, information and postponement. All words are folded.
struct WillSentence {
    private let wills: [[UInt8]]
    private let agents: [[UInt8]]
    private let aids: [[UInt8]]
    private let besides: [[UInt8]]
    private let ands: [[UInt8]]
    private let advices: [[UInt8]]
    private let told: [[UInt8]]
    private let own: [[UInt8]]

    init(
        wills: [[UInt8]], agents: [[UInt8]], aids: [[UInt8]], besides: [[UInt8]], ands: [[UInt8]],
        advices: [[UInt8]], told: [[UInt8]], own: [[UInt8]]
    ) {
        func sorted(_ words: [[UInt8]]) -> [[UInt8]] { words.sorted { $0.count > $1.count } }
        self.wills = sorted(wills)
        self.agents = agents
        self.aids = aids
        self.besides = sorted(wills + aids + besides + Self.signs)
        self.ands = ands
        self.advices = advices
        self.told = told
        self.own = sorted(own)
    }

    /// Whether some word of will stands alone or with words of aid, and nobody else's advice before it.
    func holdsWill(_ clause: ArraySlice<UInt8>) -> Bool {
        clause.indices.contains { start in
            guard let word = wills.first(where: { clause[start...].starts(with: $0) }) else { return false }
            return isForAid(clause[start...], from: word) && !isAdvised(clause[..<start])
        }
    }

    /// Whether an agent is said to apply, and not advised to.
    func holdsAgent(_ clause: ArraySlice<UInt8>) -> Bool {
        clause.indices.contains { start in
            agents.contains { clause[start...].starts(with: $0) } && !isAdvised(clause[..<start])
        }
    }

    private func isForAid(_ text: ArraySlice<UInt8>, from word: [UInt8]) -> Bool {
        var rest = text.dropFirst(word.count)
        while !rest.isEmpty {
            if let next = besides.first(where: { rest.starts(with: $0) }) {
                rest = rest.dropFirst(next.count)
            } else {
                let said = text[..<rest.startIndex]
                return ands.contains { rest.starts(with: $0) }
                    && (rest.first == UInt8(ascii: "(") || said.indices.contains { holdsAid(said[$0...]) })
            }
        }
        return true
    }

    private func holdsAid(_ text: ArraySlice<UInt8>) -> Bool { aids.contains { text.starts(with: $0) } }

    private func isAdvised(_ text: ArraySlice<UInt8>) -> Bool {
        var before = text
        while let word = own.first(where: { before.count >= $0.count && before.suffix($0.count).elementsEqual($0) }) {
            before = before.dropLast(word.count)
        }
        func ends(with words: [[UInt8]]) -> Bool {
            words.contains { before.count >= $0.count && before.suffix($0.count).elementsEqual($0) }
        }
        return ends(with: advices) && !ends(with: told)
    }

    private static let signs = ["√", "☑", "✓", "✔", "■", "、", "“", "”", "《", "》", ":", ")", "\"", "'", "-"].map {
        Array($0.utf8)
    }
}
