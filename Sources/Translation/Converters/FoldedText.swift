import Canonical

/// A coded text made ready for a grammar: one form for each sign that senders write in several.
///
/// Full-width characters are narrow, letters lower-case, blanks of every width a blank, dashes and minus signs `-`,
/// brackets of every shape `(` and `)`, and the traditional characters of dates and amounts simplified. Invisible
/// characters are gone. Nothing of it is shown to anybody: grammars give values, never this text.
enum FoldedText {
    /// A longer text is no date, amount or number, and would cost a grammar too much.
    static let longest = 200

    /// Nothing where the text is too long.
    static func scalars(of raw: String) -> [Unicode.Scalar]? {
        guard raw.utf8.count <= longest * 4 else { return nil }
        var folded: [Unicode.Scalar] = []
        folded.reserveCapacity(raw.utf8.count)
        for scalar in raw.unicodeScalars {
            if scalar.isInvisible { continue }
            let scalar = fold(scalar)
            if scalar == " ", folded.last.map({ $0 == " " }) ?? true { continue }
            folded.append(scalar)
        }
        if folded.last == " " { folded.removeLast() }
        return folded.count <= longest ? folded : nil
    }

    static func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        var value = scalar.narrowed.value
        if (0x41...0x5A).contains(value) { value += 0x20 }
        guard value >= 0x80 else {
            switch value {
            case 0..<0x20: return " "
            case 0x5B, 0x7B: return "("
            case 0x5D, 0x7D: return ")"
            default: return Unicode.Scalar(value) ?? scalar
            }
        }
        if value == 0xA0 || (0x2000...0x200A).contains(value) || value == 0x202F || value == 0x3000 { return " " }
        return signs[scalar] ?? scalar
    }

    private static let signs: [Unicode.Scalar: Unicode.Scalar] = {
        var signs: [Unicode.Scalar: Unicode.Scalar] = [:]
        func fold(_ written: String, to folded: Unicode.Scalar) {
            for scalar in written.unicodeScalars { signs[scalar] = folded }
        }
        fold("‐‑‒–—―−﹣﹘─━➖", to: "-")
        fold("〜∼˜", to: "~")
        fold("∶ː﹕︰", to: ":")
        fold("﹒", to: ".")
        fold("﹐٬", to: ",")
        fold("⁄∕", to: "/")
        fold("﹢", to: "+")
        fold("￥", to: "¥")
        fold("￡", to: "£")
        fold("﹪٪", to: "%")
        fold("〔【［﹝〖〈《「『﹙﹛", to: "(")
        fold("〕】］﹞〗〉》」』﹚﹜", to: ")")
        let pairs = zip(
            "時點號週禮後國間兩萬億圓圆貳參叄陸鐘約餘幾許個歲戶電話機轉線內負".unicodeScalars,
            "时点号周礼后国间两万亿元元贰叁叁陆钟约余几许个岁户电话机转线内负".unicodeScalars)
        for (written, folded) in pairs { signs[written] = folded }
        return signs
    }()
}
