/// A known number of a court case, written in one of the ways in which senders write it.
struct GeneratedCaseNumber {
    let text: String
    let value: String
    /// Another number stands behind it.
    let isOneOfSeveral: Bool

    init(by random: inout SplitMix) {
        func one(_ choices: [String]) -> String { choices.randomElement(using: &random) ?? "" }
        let year = Int.random(in: 2016...2030, using: &random)
        let court = one(["苏0402", "苏04", "苏", "沪0101", "最高法", "苏0492"])
        let type = one(["民初", "刑初", "刑终", "行初", "民诉前调", "执", "民保令"])
        let number = Int.random(in: 1...99_999, using: &random)
        let suffix = one(["", "", "", "之一", "之1"])
        value = "（\(year)）\(court)\(type)\(number)号\(suffix.isEmpty ? "" : "之一")"
        let brackets = [
            ("（", "）"), ("(", ")"), ("〔", "〕"), ("[", "]"), ("【", "】"), ("", ""), ("", "年"), ("{", "}"), ("《", "》"),
            ("（", ")"),
            ("(", ""), ("", "）"),
        ]
        let (open, close) = brackets.randomElement(using: &random) ?? ("", "")
        let blank = one(["", "", " ", "\u{3000}"])
        // 苏…字第 is a court's short name of before 2016.
        let ordinal = one(["", "", "第", court == "苏" ? "第" : "字第"])
        let padded = one(["", "", "000"])
        // 之 stands behind 号 only.
        let end = suffix.isEmpty ? one(["号", "号", "號", ""]) : "号"
        let several = one(["", "", "", "、\(number + 1)号", "；（\(year)）\(court)\(type)\(number + 1)号"])
        isOneOfSeveral = !several.isEmpty
        let lead = one(["", "", "", "案号：", "本院"])
        let tail = isOneOfSeveral ? "" : one(["", "", "", "一案", "民事判决书", "（已结）"])
        let written =
            open + "\(year)" + close + blank + court + blank + type + ordinal + blank + padded + "\(number)" + blank
            + end
        let isWide = Int.random(in: 0..<5, using: &random) == 0
        let shown = isWide ? String(String.UnicodeScalarView(written.unicodeScalars.map(Self.wide))) : written
        text = lead + shown + suffix + several + tail
    }

    private static func wide(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        (0x30...0x39).contains(scalar.value) || "()[]".unicodeScalars.contains(scalar)
            ? Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar : scalar
    }
}
