import Canonical

/// The words around a sum of money, and what they mean for it.
enum AmountWords {
    /// What a number is multiplied by.
    static let scales = WordTable<Int>([
        ("万亿", 1_000_000_000_000), ("千亿", 100_000_000_000), ("百亿", 10_000_000_000), ("十亿", 1_000_000_000),
        ("亿", 100_000_000), ("千万 仟万", 10_000_000), ("百万 佰万", 1_000_000), ("十万 拾万", 100_000), ("万 w", 10_000),
        ("千 仟 k", 1000), ("百 佰", 100), ("十 拾", 10),
    ])
    /// How many make a yuan.
    static let currencies = WordTable<Int128>([
        ("元人民币 元rmb 元整 元正 元 块钱 块 人民币 rmb cny ¥", 1), ("角钱 角整 角 毛钱 毛", 10), ("分钱 分整 分", 100),
    ])
    static let marks = WordTable("¥ rmb cny 人民币")
    static let counters = WordTable(
        "周岁 岁 口人 个人 名人 人 名 个月 个 位 件 份 口 户 次 页 张 套 本 册 条 项 家 天 年 月")
    /// Before the same sum in other figures.
    static let sameAgain = WordTable("( 大写 小写 即 : ¥")
    static let unitLabels = WordTable("单位: 单位")
    /// Behind a number or its scale: somewhat more.
    static let more = WordTable("余 多 来 几 +")
    static let rough = WordTable(
        "大约 大概 约合 约 将近 接近 近 估计 预计 不少于 不低于 至少 超过 超 逾 左右 上下 以上 以下 以内 许 余 多 最多 最高 不超过 不足 不到 低于")
    static let foreign = WordTable(
        "美元 美金 美刀 美分 usd us$ $ 欧元 eur € 港币 港元 港纸 hkd hk$ 日元 日币 日圆 jpy 英镑 gbp £ 台币 新台币 twd nt$ 韩元 韩币 krw "
            + "₩ 澳元 aud 澳门元 澳门币 葡币 mop 加元 加币 cad 新加坡元 新加坡币 新币 新元 sgd 泰铢 thb 卢布 rub 瑞士法郎 瑞郎 法郎 chf "
            + "越南盾 vnd 卢比 inr 马币 林吉特 myr 比索 php 外币 泰达币 usdt btc 比特币 ₽ ₹ ₫ ฿")
    /// What is a currency right behind a number, and elsewhere part of another word: 刀具.
    static let foreignUnits = WordTable("刀 镑 盾 铢")
    /// Not of the matter as a whole, or no sum at all.
    private static let wrongUnits = WordTable("% ‰ 百分 千分 /人 ·人 每人 /次 每次 /平 每平 /㎡ /亩 每亩 平方米 公斤")
    /// The same of what stands right behind a number only: elsewhere it is part of another word, as in 成都.
    static let wrongBehind = WordTable("折 成 倍 亩 吨 股")
    /// What is measured right behind a number is no money.
    static let measures = WordTable(
        "斤 公里 千米 平米 平方 立方 米 升 头 只 箱 袋 台 辆 套 栋 间 棵 株 人次 人 户 名 件 份 页 个 次 度 瓶 桶 车 张")
    private static let denials = WordTable("无 没 未 非 零下 亏 欠缺 不详 不明 不等 免 或 至 到 ~ / × * 乘")
    static let empty = WordTable(
        "人民币 金额 标的额 标的 共计 合计 总计 总额 总共 共 计 大写 小写 整 正 元 圆 /月 每月 每个月 月 rmb cny ¥ 大约 大概 约合 约 左右 "
            + "上下 以上 以下 以内 许 将近 接近 近 估计 预计 超过 超 逾 余 多 至少 不少于 不低于 最多 最高 不超过 不足 不到 低于")

    /// A text in which “元 / 月” and “元/每月” are 元/月.
    static func joined(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var joined: [Unicode.Scalar] = []
        for scalar in text {
            if joined.last == "/", scalar == " " || scalar == "每" { continue }
            if scalar == "/", joined.last == " " { joined.removeLast() }
            joined.append(scalar)
        }
        return joined
    }

    /// Whether a range of a text forbids a sum in yuan.
    static func check(_ text: [Unicode.Scalar], _ range: Range<Int>) throws(AmountGrammar.Refusal) {
        guard !range.isEmpty else { return }
        if foreign.isFound(in: text, range) { throw .foreign }
        if wrongUnits.isFound(in: text, range) { throw .unit }
        guard !namesCurrency(text, range) else { throw .foreign }
        var index = range.lowerBound
        while index < range.upperBound {
            // 不低于 is no denial, and 元/月 and 元/年 no ranges.
            if let (length, _) = empty.match(in: text, at: index) ?? rough.match(in: text, at: index)
                ?? AmountPeriod.match(in: text, at: index)
            {
                index += length
            } else if denials.match(in: text, at: index) != nil || text[index] == "不" {
                throw .unreadable
            } else {
                index += 1
            }
        }
    }

    /// Whether some 元 or 币 is named that is not China's: 缅元.
    private static func namesCurrency(_ text: [Unicode.Scalar], _ range: Range<Int>) -> Bool {
        range.dropFirst().contains { index in
            (text[index] == "元" || text[index] == "币") && text[index - 1].isHan
                && !"民亿万余多来几整".unicodeScalars.contains(text[index - 1])
                && !TextScanner.isChineseDigit(text[index - 1])
        }
    }

    /// Whether more stands there than labels and signs.
    static func isLeft(_ text: [Unicode.Scalar], _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            if " ():,.;。、+=".unicodeScalars.contains(text[index]) {
                index += 1
            } else if let (length, _) = empty.match(in: text, at: index) {
                index += length
            } else {
                return true
            }
        }
        return false
    }

    /// Whether 月 stands there as what the sum is for: 元/月, 每月, 月薪, （月）. 3月, 三个月, 数个月, 本月 and 月底 say when or how long.
    static func isPerMonth(_ text: [Unicode.Scalar], _ range: Range<Int>) -> Bool {
        range.contains { index in
            guard text[index] == "月" else { return false }
            // Whatever stands behind: 元/月份, 每月份.
            if index > 0, text[index - 1] == "/" || text[index - 1] == "每" { return true }
            if index + 1 < text.count, "份底初中末内前后日历饼".unicodeScalars.contains(text[index + 1]) { return false }
            guard index > 0 else { return true }
            let before = text[index - 1]
            if before == "个" { return index > 1 && text[index - 2] == "每" }
            // January, but behind an amount its currency.
            if before == "元", index > range.lowerBound { return false }
            return !before.isDigitASCII && !TextScanner.isChineseDigit(before)
                && !"本上下当次年前后同近满半双数几整这该某首末多余正腊隔跨".unicodeScalars.contains(before)
        }
    }

    static func firstNumber(_ text: [Unicode.Scalar], _ range: Range<Int>) -> Int? {
        var scanner = TextScanner(Array(text[..<range.upperBound]), at: range.lowerBound)
        while !scanner.isAtEnd {
            let start = scanner.place
            if scanner.numeral() != nil { return start }
            scanner.place += 1
        }
        return nil
    }
}
