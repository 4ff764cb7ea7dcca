/// The one number that a text holds, with the Chinese unit behind it.
struct NumberText {
    /// The number is this many hundredths, rounded half up.
    let hundredths: Int
    /// It had no more than two decimals.
    let isExact: Bool

    /// Nothing where it has decimals.
    var whole: Int? { isExact && hundredths % 100 == 0 ? hundredths / 100 : nil }

    /// With two decimals.
    var money: String {
        let cents = hundredths % 100
        return "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)"
    }

    /// Reads `1,010.00`, `2.6万元`, `约800元/月`, `￥38000`, `12人`, `3.0`. Nothing where the text holds no number, a
    /// negative one, one over a thousand billion or several: half of `3-5万` is a guess.
    init?(_ raw: String) {
        // Over scalars: Swift's characters cost ten times as much.
        let text = Converter.narrowed(raw).0.unicodeScalars.filter { $0 != "," && $0 != " " && $0 != "，" }
        func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }
        guard let start = text.firstIndex(where: isDigit) else { return nil }
        let rest = text[start...]
        let written = rest.prefix { isDigit($0) || $0 == "." }
        let behind = rest[written.endIndex...]
        let before = text[..<start].last
        guard before != "-", before != "负", written.count <= 18, written.count(where: { $0 == "." }) <= 1,
            !behind.contains(where: isDigit)
        else { return nil }
        var digits = 0
        var decimals = 0
        var isBehindPoint = false
        for scalar in written {
            if scalar == "." {
                isBehindPoint = true
            } else {
                digits = digits * 10 + Int(scalar.value - 0x30)
                if isBehindPoint { decimals += 1 }
            }
        }
        var zeros = 2
        for unit in behind.prefix(while: { Self.zeros(of: $0) != nil }) { zeros += Self.zeros(of: unit) ?? 0 }
        let shift = zeros - decimals
        if shift >= 0 {
            for _ in 0..<min(shift, 20) {
                let (next, isTooMuch) = digits.multipliedReportingOverflow(by: 10)
                guard !isTooMuch else { return nil }
                digits = next
            }
            (hundredths, isExact) = (digits, true)
        } else {
            let unit = (0..<min(-shift, 18)).reduce(1) { unit, _ in unit * 10 }
            (hundredths, isExact) = (digits / unit + (digits % unit * 2 >= unit ? 1 : 0), digits % unit == 0)
        }
        guard hundredths <= 100_000_000_000_000_000 else { return nil }
    }

    private static func zeros(of unit: Unicode.Scalar) -> Int? {
        switch unit {
        case "百": 2
        case "千": 3
        case "万": 4
        case "亿": 8
        default: nil
        }
    }
}
