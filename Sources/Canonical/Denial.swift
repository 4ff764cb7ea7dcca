/// Whether a key word that was found in a text is said or denied: 非低保, 没有残疾, 未被逮捕, 不属于农民工, “残疾：无”.
///
/// One grammar for every word that is looked for in a text: code lists that match by `contains`, the tests of mappings and
/// the terms of rules.
public enum Denial {
    /// What denies the word behind it.
    private static let negations = [
        "没", "非", "未", "不", "无", "否认", "解除", "撤销", "取消", "停止", "终止", "注销", "退出", "停发",
        "已停", "暂停", "排除",
    ].map { Array($0.utf8) }
    /// What may stand between a negation and the word.
    private static let links = [
        "属于", "属", "是", "系", "为", "被", "有", "曾", "经", "享受", "享有", "办理", "领取", "持有", "取得", "纳入", "列入",
        "评定为", "评为", "认定为", "认定", "执行", "采取", "具有", "具备", "涉及", "构成", "符合", "拥有", "申领", "了", "过", "对其", "对",
        "愿意", "愿", "同意", "想要", "想", "需要", "需", "要求", "要", "打算", "准备", "提出", "予以", "予", "接受", "再", "继续", "进行", "法律援助",
        "适用", "在", "进入", "达到",
        "可能", "会", "能", "应当", "应", "判处", "判", "患有", "患", "批准", "决定", "实施",
    ].map { Array($0.utf8) }
    /// “有无残疾” asks, and does not deny.
    private static let questions = ["有无", "是不", "有没"].map { Array($0.utf8) }
    /// What may follow a word before the answer.
    private static let tails = [
        "患者", "人员", "老人", "儿童", "人", "户", "者", "证", "对象", "家庭", "情况", "身份", "状态", "资格", "待遇", "申请",
    ].map { Array($0.utf8) }
    private static let conjunctions = ["、", "或", "或者", "和", "及", "以及", "与", "/"].map { Array($0.utf8) }
    private static let colons = [":", "：", "=", "(", "（", "【", "[", "-"].map { Array($0.utf8) }
    private static let answers = [
        "已经注销", "已注销", "已取消", "已停发", "已停保", "已停止", "已终止", "已退出", "已过期", "已失效", "已到期", "已撤销", "已解除", "已脱困", "已脱贫",
        "未办理", "未申领", "未取得", "未认定", "未通过", "未获批", "未批准", "未享受", "未执行", "未办", "被拒", "被拒绝", "已停", "注销", "停发", "停保",
        "没有", "不属于", "不是", "不存在", "否", "无", "未", "没", "×", "✗", "false", "no", "n", "0",
    ].map { Array($0.utf8) }
    private static let ends = [
        ",", "，", ";", "；", "。", "、", ".", "|", ")", "）", "】", "]", " ", "\n", "/",
    ].map { Array($0.utf8) }

    /// How far a denial reaches.
    enum Reach: Sendable { case word, clause }

    /// - Parameters:
    ///   - word: where the word stands.
    ///   - text: as `TextFolding` gives it.
    public static func holds(of word: Range<Int>, in text: [UInt8]) -> Bool {
        text.withUnsafeBufferPointer { reach(of: word, in: $0) != nil }
    }

    /// Whether the text begins with “no” as the answer to the word before it: “家庭暴力：无”.
    public static func answers(_ behind: Substring) -> Bool {
        Array(behind.utf8).withUnsafeBufferPointer { isDeniedBehind(0, in: $0) }
    }

    /// Nothing for a word that is not denied. 不属于 and 没有被 deny what is listed behind the word too.
    static func reach(of word: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Reach? {
        reachBefore(word.lowerBound, in: text) ?? (isDeniedBehind(word.upperBound, in: text) ? .word : nil)
    }

    /// Whether nothing but a conjunction stands between two words, so that what is said of the first is said of the second.
    static func joins(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        text.isEmpty || conjunctions.contains { text.elementsEqual($0) }
    }

    /// An even number of negations in a row affirms: 并非没有.
    private static func reachBefore(_ start: Int, in text: UnsafeBufferPointer<UInt8>) -> Reach? {
        var (end, count, links) = (start, 0, 0)
        var reach = Reach.word
        while end > 0 {
            if questions.contains(where: { ends(text, at: end, with: $0) }) { return nil }
            if let negation = negations.first(where: { ends(text, at: end, with: $0) }) {
                if links > 0 { reach = .clause }
                (end, count, links) = (end - negation.count, count + 1, 0)
            } else if links < 4, let link = Self.links.first(where: { ends(text, at: end, with: $0) }) {
                (end, links) = (end - link.count, links + 1)
            } else {
                break
            }
        }
        return count % 2 == 1 ? reach : nil
    }

    private static func isDeniedBehind(_ end: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = end
        if let tail = tails.first(where: { starts(text, at: start, with: $0) }) { start += tail.count }
        if let colon = colons.first(where: { starts(text, at: start, with: $0) }) { start += colon.count }
        // A figure or a letter right behind a word is no answer to it.
        guard let answer = answers.first(where: { starts(text, at: start, with: $0) }),
            start > end || answer.count > 2
        else { return false }
        start += answer.count
        return start == text.count || ends.contains { starts(text, at: start, with: $0) }
    }

    private static func ends(_ text: UnsafeBufferPointer<UInt8>, at end: Int, with part: [UInt8]) -> Bool {
        part.count <= end && text[(end - part.count)..<end].elementsEqual(part)
    }

    private static func starts(_ text: UnsafeBufferPointer<UInt8>, at start: Int, with part: [UInt8]) -> Bool {
        part.count <= text.count - start && text[start..<start + part.count].elementsEqual(part)
    }
}
