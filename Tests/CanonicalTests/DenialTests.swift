import Testing

@testable import Canonical

/// Generated from what denies, what links and what is denied, so that no list of known sentences is what holds.
@Suite struct Denials {
    private static let list = CodeList(
        name: "facts", standard: nil, match: .contains, about: .person,
        entries: [
            CodeEntry(code: "d", zh: "残疾人", aliases: ["残疾"]), CodeEntry(code: "m", zh: "农民工", aliases: []),
            CodeEntry(code: "a", zh: "逮捕", aliases: []), CodeEntry(code: "u", zh: "未成年人", aliases: []),
        ])
    private static let words = ["残疾人", "农民工", "逮捕", "未成年人"]

    @Test(arguments: words, ["非", "无", "不是", "并非", "没有被", "不属于", "未认定为", "从未被", "不可能", "尚未被批准", "没有", "已解除"])
    func `a word behind a negation gives nothing and is told`(word: String, negation: String) {
        for text in [negation + word, "本人\(negation)\(word)。", "经查，\(negation) \(word)"] {
            let reading = Self.list.reading(in: text)
            #expect(reading.codes.isEmpty && reading.isDenied, "\(text)")
        }
    }

    @Test(arguments: words, ["：否", ":无", "（无）", "=×", "：没有", " : 不是", "情况：无"])
    func `a word before its answer gives nothing`(word: String, answer: String) {
        #expect(Self.list.reading(in: word + answer).codes.isEmpty, "\(word)\(answer)")
    }

    @Test(arguments: words, ["", "系", "属于", "本人是", "已被认定为", "并非没有", "不是不", "有无视力问题的"])
    func `a word that is said, or denied twice, counts`(word: String, before: String) {
        #expect(!Self.list.reading(in: before + word).codes.isEmpty, "\(before)\(word)")
    }

    @Test(arguments: ["、", "或", "和", "或者", ""])
    func `what is denied of one is denied of those it is joined to`(conjunction: String) {
        #expect(Self.list.reading(in: "不属于残疾人\(conjunction)农民工").codes.isEmpty)
        #expect(Self.list.reading(in: "不属于残疾人，系农民工").codes == ["m"])
        #expect(Self.list.reading(in: "残疾人、非农民工").codes == ["d"])
    }

    @Test(arguments: ["父亲", "其母", "配偶", "家中", "儿子", "监护人"], ["", "系", "为", "是", "有"])
    func `what is said of somebody else is no fact of the person`(kin: String, link: String) {
        let reading = Self.list.reading(in: kin + link + "残疾人")
        #expect(reading.codes.isEmpty && reading.isOfOthers)
        #expect(Self.list.reading(in: "残疾人之子").isOfOthers)
    }

    @Test(arguments: ["ａ", "A", " a", "a\n"])
    func `a code is known whatever its width, case and blanks`(text: String) {
        #expect(Self.list.code(for: text) == "a")
    }
}
