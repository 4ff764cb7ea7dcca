import Canonical

/// The time that a sum is for, other than a month, as the words directly before or behind it say.
///
/// A period somewhere else is part of another word or sentence: 3000元/月（天宁区）, 2800元，周转房租另计. The words behind the
/// sum go before those in front, and a month beside the sum goes before a period farther off.
enum AmountPeriod {
    case none
    /// For each month.
    case month
    /// What a total may say in passing and a monthly sum may not.
    case other
    /// A unit that makes it no sum of the matter as a whole: 元/天.
    case refused

    private typealias Text = ArraySlice<Unicode.Scalar>

    private static let months = WordTable("/月 每月 每个月 月")
    private static let units = WordTable(
        "/年 每年 年薪 年收入 /天 每天 /日 每日 日薪 /小时 每小时 时薪 /周 每周 /季 每季 /工 每工 /班 每班 /单 每单 /件 每件 /趟 每趟 "
            + "/课时 每课时")
    private static let periods = WordTable(
        "全年 半年 整年 年度 季度 季均 季薪 星期 礼拜 日均 小时 时均 /时 钟头 计时 旬 半月 半个月 双月 隔月 p.a per /a /h annual yearly weekly daily")
    /// Only where nothing else goes on: 周 is also part of a name.
    private static let bare = WordTable("年 周 日 天 季")
    /// 年 in front says which time the sum is for, whatever stands between, but in these: 老年补贴.
    private static let others = WordTable(
        "老年 青年 少年 成年 年龄 年满 年迈 年老 年轻 年纪 年事 年某 年底 年末 年初 常年 长年 生日 节日 假日")
    private static let oddMonths = ["半", "双", "隔"] as [Unicode.Scalar]
    private static let labels = [
        "收入", "工资", "薪水", "薪资", "薪酬", "薪", "报酬", "退休金", "养老金", "生活费", "补助", "补贴", "津贴", "租金", "金额", "度", "均", "平均", "总",
        "净", "纯", "付", "结", "入", "发", "缴",
        "为", "是", "约", "大约", "共", "计", "共计", "合计", "总计", "人民币", "rmb", "¥", " ", ":", "(", ")", "=",
    ].map { Array($0.unicodeScalars) }

    static func read(_ before: ArraySlice<Unicode.Scalar>, _ behind: ArraySlice<Unicode.Scalar>) -> Self {
        guard !before.isEmpty || !behind.isEmpty else { return .none }
        let (first, more) = clauses(behind)
        let (last, earlier) = clauses(before.reversed()[...])
        let (near, isSure) = readBehind(first)
        if isSure { return near }
        let front = readBefore(Array(last.reversed())[...])
        if front == .month || near == .month && front != .none { return front }
        if near != .none { return near }
        if front != .none { return front }
        // A clause that is nothing but a period: 3000元，全年.
        for clause in more + earlier.map({ Array($0.reversed())[...] }) {
            let text = stripped(clause)
            if isWhole(text, units) { return .refused }
            if isWhole(text, periods) || isWhole(text, bare) { return .other }
        }
        return .none
    }

    private static func clauses(_ text: Text) -> (first: Text, more: [Text]) {
        let parts = text.split(omittingEmptySubsequences: false) { ",;。".unicodeScalars.contains($0) }
        return (parts.first ?? [], Array(parts.dropFirst()))
    }

    private static func readBehind(_ clause: Text) -> (Self, isSure: Bool) {
        let text = Array(stripped(clause))
        func ends(_ table: WordTable<Void>) -> Bool? {
            table.match(in: text, at: 0).map { $0.length == text.count || !text[$0.length].isHan }
        }
        // 全年36000元（每月发放）: when it is paid.
        if let ends = ends(months) { return (.month, ends || text[0] == "/") }
        if ends(units) == true { return (.refused, true) }
        if ends(bare) == true { return (.other, true) }
        if units.isFound(in: text, text.indices) { return (.refused, false) }
        return periods.isFound(in: text, text.indices) ? (.other, false) : (.none, false)
    }

    private static func readBefore(_ clause: Text) -> Self {
        let text = Array(clause)
        var end = text.count
        while let label = labels.first(where: {
            text[..<end].count > $0.count && text[..<end].suffix($0.count) == $0[...]
        }) {
            end -= label.count
        }
        guard end > 0 else { return .none }
        if text[end - 1] == "月", end < 2 || !oddMonths.contains(text[end - 2]) { return .month }
        if units.isFound(in: text, text.indices) { return .refused }
        return periods.isFound(in: text, text.indices) || namesYear(text, upTo: end) ? .other : .none
    }

    private static func namesYear(_ text: [Unicode.Scalar], upTo end: Int) -> Bool {
        var index = 0
        while index < end {
            if let (length, _) = others.match(in: text, at: index) {
                index += length
            } else if text[index] == "年" || index == end - 1 && bare.match(in: text, at: index) != nil {
                return true
            } else {
                index += 1
            }
        }
        return false
    }

    /// What says a time but a month, at this place.
    static func match(in text: [Unicode.Scalar], at index: Int) -> (length: Int, meaning: Void)? {
        units.match(in: text, at: index) ?? periods.match(in: text, at: index)
    }

    /// Without the currency, signs and words of estimation in front.
    private static func stripped(_ clause: Text) -> Text {
        let text = Array(clause)
        var index = 0
        while index < text.count {
            if " ():=+.".unicodeScalars.contains(text[index]) {
                index += 1
            } else if months.match(in: text, at: index) == nil,
                let (length, _) = AmountWords.empty.match(in: text, at: index)
            {
                index += length
            } else {
                break
            }
        }
        return text[index...]
    }

    private static func isWhole(_ text: Text, _ table: WordTable<Void>) -> Bool {
        let text = Array(text).filter { !" ()".unicodeScalars.contains($0) }
        return table.match(in: text, at: 0)?.length == text.count && !text.isEmpty
    }
}
