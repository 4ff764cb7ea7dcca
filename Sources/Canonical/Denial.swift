/// Whether a key word that was found in a text is said or denied: 非低保, 没有残疾, 未被逮捕, 不属于农民工, “残疾：无”.
///
/// One grammar for every word that is looked for in a text: code lists that match by `contains`, the tests of mappings and
/// the terms of rules.
public enum Denial {
    /// What denies the word behind it.
    private static let negations = ["没", "非", "未", "不", "无", "否认"].map { Array($0.utf8) }
    /// What may stand between a negation and the word.
    private static let links = [
        "属于", "属", "是", "系", "为", "被", "有", "曾", "经", "享受", "享有", "办理", "领取", "持有", "取得", "纳入", "列入",
        "评定为", "评为", "认定为", "认定", "执行", "采取", "具有", "具备", "涉及", "构成", "符合", "拥有", "申领", "了", "过", "对其", "对",
    ].map { Array($0.utf8) }
    /// “有无残疾” asks, and does not deny.
    private static let questions = ["有无", "是不", "有没"].map { Array($0.utf8) }
    /// What may follow a word before the answer.
    private static let tails = ["人员", "人", "户", "者", "证", "对象", "家庭", "情况", "身份", "状态"].map { Array($0.utf8) }
    private static let colons = [":", "：", "=", "(", "（", "【", "[", "-"].map { Array($0.utf8) }
    private static let answers = [
        "没有", "不属于", "不是", "不存在", "否", "无", "未", "没", "×", "✗", "false", "no", "n", "0",
    ].map { Array($0.utf8) }
    private static let ends = [
        ",", "，", ";", "；", "。", "、", ".", "|", ")", "）", "】", "]", " ", "\n", "/",
    ].map { Array($0.utf8) }

    /// - Parameters:
    ///   - text: as `TextFolding` gives it.
    ///   - word: where the word stands.
    public static func holds(of word: Range<Int>, in text: some RandomAccessCollection<UInt8>) -> Bool {
        let bytes = text.withContiguousStorageIfAvailable { holds(of: word, in: $0) }
        return bytes ?? Array(text).withUnsafeBufferPointer { holds(of: word, in: $0) }
    }

    public static func holds(of word: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        isDeniedBefore(word.lowerBound, in: text) || isDeniedBehind(word.upperBound, in: text)
    }

    /// An even number of negations in a row affirms: 并非没有.
    private static func isDeniedBefore(_ start: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        var (end, count, links) = (start, 0, 0)
        while end > 0 {
            if questions.contains(where: { ends(text, at: end, with: $0) }) { return false }
            if let negation = negations.first(where: { ends(text, at: end, with: $0) }) {
                (end, count, links) = (end - negation.count, count + 1, 0)
            } else if links < 2, let link = Self.links.first(where: { ends(text, at: end, with: $0) }) {
                (end, links) = (end - link.count, links + 1)
            } else {
                break
            }
        }
        return count % 2 == 1
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
