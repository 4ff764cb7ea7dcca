import Canonical

/// Whether somebody wants legal aid, as people write it: 同意, 自愿, 本人申请, 不愿意, 由家属代为申请, 待本人确认.
///
/// Words of refusal go before words of will, and a text that says both, or leaves it open, is not clear: nothing is
/// assumed for the person (法律援助法 39–43). The words stand in the lists `applyWill` and `willDoubt`.
struct ApplicationWill {
    static let list = "applyWill"
    static let doubts = "willDoubt"

    enum Reading: Sendable, Hashable {
        /// A code of the list: the person, or somebody for the person, applies.
        case stated(String)
        case declined
        case unclear
    }

    let words: CodeList
    let doubts: CodeList?

    func read(_ text: String) -> Reading {
        // What programs write needs no words.
        if text.utf8.allSatisfy({ $0 < 0x80 }), let answer = YesNoWords.read(text) {
            return answer ? .stated("self") : .declined
        }
        // Before yes and no, to which 未提供 is a no of papers, and before the list's own words: its code `unknown` is named
        // for what stands then, and to write it refuses nothing.
        if let doubts, doubts.codes(in: text).contains(Self.doubt) || Self.exact(text, in: doubts) != nil {
            return .unclear
        }
        if isAboutPaper(text) { return .unclear }
        if let answer = YesNoWords.read(text) { return answer ? .stated("self") : .declined }
        if let code = Self.exact(text, in: words) { return code == "unknown" ? .declined : .stated(code) }
        let found = words.reading(in: text)
        if found.codes.contains("unknown") { return .declined }
        // “不放弃” refuses nothing, and “不愿委托律师，但申请法律援助” wants something.
        if found.denied.contains("unknown") || found.isDenied && !found.codes.isEmpty { return .unclear }
        if found.codes.isEmpty { return found.isDenied ? .declined : .unclear }
        if found.codes.contains("agent") { return .stated("agent") }
        return .stated(found.codes[0])
    }

    /// Whether a word of will says what was not handed in, and not what the person wants: 未提交申请, 缺少本人同意.
    private func isAboutPaper(_ text: String) -> Bool {
        guard let missing = doubts?.entries.first(where: { $0.code == Self.notProvided }) else { return false }
        let folded = TextFolding.text(text)
        for word in [missing.zh] + missing.aliases where word.count > 1 {
            for range in folded.ranges(of: word) {
                var rest = folded[range.upperBound...]
                while let link = Self.links.first(where: rest.hasPrefix) { rest = rest.dropFirst(link.count) }
                if Self.wills.contains(where: rest.hasPrefix) { return true }
            }
        }
        return false
    }

    /// What may stand between: 未提交本人书面的法律援助申请.
    private static let links = ["本人", "其", "书面", "任何", "法律援助", "援助", "的", "过"]
    private static let wills = ["申请", "同意", "自愿", "愿意", "意愿", "要求", "请求"]

    /// Whatever stands beside it.
    private static let doubt = "doubt"
    /// Where nothing else is said, or a word of will behind it.
    private static let notProvided = "notProvided"
    private static let stops = "。.！!；;，,".unicodeScalars

    /// The code whose word the text is, but for stops behind it.
    private static func exact(_ text: String, in list: CodeList) -> String? {
        let bare = Array(TextFolding.text(text).unicodeScalars.reversed().drop { stops.contains($0) }.reversed())
        let folded = Array(String(String.UnicodeScalarView(bare)).utf8)
        return list.entries.first { entry in
            ([entry.code, entry.zh] + entry.aliases).contains { TextFolding.bytes(of: $0) == folded }
        }?.code
    }
}
