import Canonical
import Vocabulary

/// A known day and time, written in one of the ways in which senders write them.
struct GeneratedDate {
    let text: String
    /// The day, and the time where one was written.
    let value: String
    let day: String

    init(by random: inout SplitMix) {
        let first = 1902 * 365
        let day = CalendarDate(daysSince1970: Int.random(in: first - 1970 * 365...47_000, using: &random))
        var writer = Writer(day: day, random: random)
        text = writer.text()
        random = writer.random
        self.day = writer.written.iso
        value = writer.value
    }
}

private struct Writer {
    let day: CalendarDate
    var random: SplitMix
    /// The day in China, which an offset may move.
    var written: CalendarDate
    var value = ""

    init(day: CalendarDate, random: SplitMix) {
        self.day = day
        self.random = random
        written = day
    }

    mutating func one(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }

    mutating func text() -> String {
        value = day.iso
        if Int.random(in: 0..<6, using: &random) == 0 { return widened(dateAlone()) }
        let minute = Int.random(in: 0..<1440, using: &random)
        if Int.random(in: 0..<3, using: &random) == 0 { return widened(standard(minute)) }
        set(minute * 60)
        let lead = one(["", "", "", "", "开庭时间：", "定于", "于"])
        let tail = one(["", "", "", " 第二审判庭", "在本院第三法庭开庭", "（第5号法庭）", "左右", "，请准时到庭"])
        return widened(lead + dateAlone() + joint() + words(minute) + tail)
    }

    private mutating func set(_ seconds: Int) {
        written = CalendarDate(daysSince1970: day.daysSince1970 + (seconds >= 86_400 ? 1 : seconds < 0 ? -1 : 0))
        let within = (seconds + 86_400) % 86_400
        value = Timestamp(written, hour: 0, minute: 0, second: within).rfc3339
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private mutating func widened(_ text: String) -> String {
        guard Int.random(in: 0..<8, using: &random) == 0 else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    (0x21...0x7E).contains(scalar.value) ? Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar : scalar
                }))
    }

    private mutating func dateAlone() -> String {
        let (y, m, d) = (day.year, day.month, day.day)
        return one([
            day.iso, "\(y)年\(m)月\(d)日", "\(y)年\(two(m))月\(two(d))日", "\(y)/\(m)/\(d)", "\(y).\(two(m)).\(two(d))",
            "\(y) 年 \(m) 月 \(d) 日", "\(y)-\(m)-\(d)", "\(places(y))年\(tens(m))月\(tens(d))日", "\(y)年\(m)月\(d)号",
            "公元\(y)年\(m)月\(d)日", y < 1912 ? day.iso : "民国\(y - 1911)年\(m)月\(d)日", "\(y)\(two(m))\(two(d))",
        ])
    }

    private mutating func joint() -> String {
        let weekday = Array("一二三四五六日")[day.weekday]
        return one([
            " ", "  ", "（星期\(weekday)）", "(周\(weekday)) ", " 星期\(weekday) ", "，", "（周\(weekday)）大约", "\u{3000}",
        ])
    }

    /// The forms of ISO 8601, with every way to write an offset.
    private mutating func standard(_ minute: Int) -> String {
        let second = Int.random(in: 0..<60, using: &random)
        let (offset, suffix) =
            [
                (8, ""), (8, "+08:00"), (8, "+0800"), (8, "+08"), (0, "Z"), (0, "z"), (0, " UTC"), (0, "+00:00"),
                (0, "+0000"), (9, "+09:00"), (-5, "-05:00"), (8, "GMT+8"), (8, " +0800"),
            ].randomElement(using: &random) ?? (8, "")
        set(minute * 60 + second + (8 - offset) * 3600)
        let (h, m, s) = (two(minute / 60), two(minute % 60), two(second))
        let (month, date) = (two(day.month), two(day.day))
        return one([
            "\(day.iso)T\(h):\(m):\(s)", "\(day.iso) \(h):\(m):\(s)", "\(day.iso)T\(h):\(m):\(s).123",
            "\(day.year)\(month)\(date)T\(h)\(m)\(s)", "\(day.iso)t\(h):\(m):\(s),5",
        ]) + suffix
    }

    private mutating func words(_ minute: Int) -> String {
        let (hour, rest) = (minute / 60, minute % 60)
        let part =
            hour < 6
            ? "凌晨"
            : hour < 12
                ? one(["上午", "早上", "早"])
                : hour == 12
                    ? "中午"
                    : hour < 17
                        ? one(["下午", "午后"]) : one(["晚上", "晚"])
        let half = hour > 12 ? hour - 12 : hour
        let quarter = rest == 15 ? "一刻" : rest == 30 ? "半" : rest == 45 ? "三刻" : rest == 0 ? "整" : "\(rest)分"
        return one([
            "\(hour):\(two(rest))", "\(two(hour)):\(two(rest)):00", "\(hour)时\(rest)分", "\(hour)点\(quarter)",
            "\(part)\(half)点\(quarter)", "\(part)\(tens(half))时\(tens(rest))分", "\(part)\(hour)时\(rest)分",
            "\(part)\(half):\(two(rest))", "\(hour)：\(two(rest))", "\(hour)點\(two(rest))分",
            hour < 12 ? "\(hour == 0 ? 12 : hour):\(two(rest)) AM" : "\(half == 0 ? 12 : half):\(two(rest)) p.m.",
            "\(two(hour))\(two(rest))",
        ]) + one(["", "", "", "-\(hour < 23 ? hour + 1 : 23):\(hour < 23 ? two(rest) : "59")"])
    }

    private func places(_ number: Int) -> String {
        String("\(number)".map { Array("〇一二三四五六七八九")[$0.wholeNumberValue ?? 0] })
    }

    private func tens(_ number: Int) -> String {
        let digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
        if number < 10 { return number == 0 ? "零" : digits[number] }
        return (number < 20 ? "" : digits[number / 10]) + "十" + digits[number % 10]
    }
}
