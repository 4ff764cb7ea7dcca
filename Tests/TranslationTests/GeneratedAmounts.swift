/// A known sum, written in one of the ways in which senders write them.
struct GeneratedAmount {
    let text: String
    let value: String

    init(by random: inout SplitMix) {
        let digits = Int.random(in: 1...10, using: &random)
        let most = (0..<digits).reduce(1) { most, _ in most * 10 }
        let cents = Int.random(in: 0...2, using: &random) == 0 ? Int.random(in: 0..<100, using: &random) : 0
        let yuan = Int.random(in: 0..<most, using: &random)
        value = "\(yuan).\(Self.two(cents))"
        text = Self.written(yuan, cents, value, &random)
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func written(_ yuan: Int, _ cents: Int, _ plain: String, _ random: inout SplitMix) -> String {
        func one(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
        let unit = one(["", "元", "（元）", "元整", "块", " 元", "元/月", "人民币", "元左右"])
        let mark = one(["", "", "¥", "￥", "人民币", "RMB ", "约", "共计", "标的额："])
        let tenThousandths = yuan % 10_000 == 0 ? "" : "." + pad(yuan % 10_000, 4)
        let words = "\(yuan / 10_000)万\(yuan % 10_000)"
        var forms = [
            mark + plain + unit, mark + grouped(yuan) + "." + two(cents) + unit, plain + "00000001",
            "\(yuan)元\(cents / 10)角\(cents % 10)分", "+" + plain, plain + "E0",
        ]
        if cents == 0 {
            forms += [
                "\(yuan)", mark + chinese(yuan, formal: true) + "元整", mark + chinese(yuan, formal: false) + "元",
                "\(yuan / 10_000)\(tenThousandths)" + one(["万", "万元", "W", "w", "（万元）", "萬元", "余万元", "万余元"]),
                "\(yuan / 1000)\(yuan % 1000 == 0 ? "" : "." + pad(yuan % 1000, 3))k",
                "\(yuan)元（大写：\(chinese(yuan, formal: true))元整）", "\(yuan)e0",
            ]
            if yuan % 10_000 >= 1000, yuan >= 10_000 { forms.append(words + "元") }
        }
        return one(forms)
    }

    private static func pad(_ number: Int, _ width: Int) -> String {
        String(repeating: "0", count: width - "\(number)".count) + "\(number)"
    }

    private static func grouped(_ number: Int) -> String {
        number < 1000 ? "\(number)" : grouped(number / 1000) + "," + pad(number % 1000, 3)
    }

    private static func chinese(_ number: Int, formal: Bool) -> String {
        if number == 0 { return "零" }
        let scales = [(100_000_000, "亿"), (10_000, "万")]
        for (size, name) in scales where number >= size {
            let rest = number % size
            let gap = rest > 0 && rest < size / 10 ? "零" : ""
            return chinese(number / size, formal: formal) + name + gap
                + (rest == 0 ? "" : chinese(rest, formal: formal))
        }
        let digits = Array(formal ? "零壹贰叁肆伍陆柒捌玖" : "零一二三四五六七八九")
        let units = formal ? ["仟", "佰", "拾", ""] : ["千", "百", "十", ""]
        var text = ""
        var isGap = false
        for (index, size) in [1000, 100, 10, 1].enumerated() {
            let digit = number / size % 10
            if digit == 0 {
                isGap = isGap || !text.isEmpty
            } else {
                text += (isGap ? "零" : "") + String(digits[digit]) + units[index]
                isGap = false
            }
        }
        return text
    }
}
