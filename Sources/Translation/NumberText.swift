import Foundation

/// The one number that a text holds, with the Chinese unit behind it.
enum NumberText {
    /// Reads `1,010.00`, `2.6万元`, `约800元/月`, `￥38000`, `12人`, `3.0`. Nothing where the text holds no number, a
    /// negative one, or several: half of `3-5万` is a guess.
    static func parse(_ raw: String) -> Decimal? {
        let text = Converter.narrowed(raw).0.filter { $0 != "," && $0 != " " && $0 != "，" }
        let isDigit: (Character) -> Bool = { $0.isASCII && $0.isNumber }
        guard let start = text.firstIndex(where: isDigit) else { return nil }
        let rest = text[start...]
        let written = rest.prefix { isDigit($0) || $0 == "." }
        let behind = rest.dropFirst(written.count)
        let before = text[..<start].last
        guard before != "-", before != "负", written.count <= 18, written.filter({ $0 == "." }).count <= 1,
            !behind.contains(where: isDigit), var number = Decimal(string: String(written))
        else { return nil }
        for unit in behind.prefix(while: { units[$0] != nil }) { number *= units[unit] ?? 1 }
        return number <= 1_000_000_000_000_000 ? number : nil
    }

    private static let units: [Character: Decimal] = ["百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000]
}
