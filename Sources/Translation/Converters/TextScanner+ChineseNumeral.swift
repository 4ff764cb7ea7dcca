/// Chinese numerals, everyday and of documents (大写):
///
///     numeral  := places | tens
///     places   := digit+                      二〇二三, 二0二三, 贰零贰叁: one place each
///     tens     := [part 千] [part 百] [part 十 | 廿 | 卅] [零] [digit]
///     digit    := 零〇○ 一 二 两 三 … 九 | 壹 贰 … 玖
///
/// An ASCII nought or the letter O counts as 〇 between Chinese digits. 二百五 (250 in speech) is no numeral: 二百零五 is
/// meant as often.
extension TextScanner {
    mutating func chineseNumeral() -> Numeral? {
        let start = place
        guard let first = next, Self.digits[first] != nil || Self.units[first] != nil else { return nil }
        var run: [Unicode.Scalar] = []
        while let scalar = next {
            if Self.digits[scalar] != nil || Self.units[scalar] != nil {
                run.append(scalar)
            } else if scalar == "0" || scalar == "o", run.allSatisfy({ Self.units[$0] == nil }),
                peek(1).map({ Self.digits[$0] != nil || "年月日".unicodeScalars.contains($0) }) ?? false
            {
                run.append("〇")
            } else {
                break
            }
            place += 1
        }
        let isByPlace = run.allSatisfy { Self.units[$0] == nil }
        // 两 counts and stands in no row of digits: 两三.
        let isCounted = isByPlace && run.count > 1 && run.contains("两")
        guard run.count <= 12, !isCounted, let value = isByPlace ? Self.places(run) : Self.tens(run) else {
            place = start
            return nil
        }
        let width = isByPlace ? run.count : value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : 4
        return Numeral(
            value: value, width: width, isChinese: true, start: start,
            isApproximate: isByPlace && Self.isApproximate(run))
    }

    static func isChineseDigit(_ scalar: Unicode.Scalar) -> Bool { digits[scalar] != nil || units[scalar] != nil }

    /// 七八 and 三五: the next one, or the next but one of three.
    private static func isApproximate(_ run: [Unicode.Scalar]) -> Bool {
        guard run.count == 2, let first = digits[run[0]], let second = digits[run[1]], first > 0 else { return false }
        return second == first + 1 || first == 3 && second == 5
    }

    private static func places(_ run: [Unicode.Scalar]) -> Int { run.reduce(0) { $0 * 10 + (digits[$1] ?? 0) } }

    private static func tens(_ run: [Unicode.Scalar]) -> Int? {
        var (total, lastUnit) = (0, 10_000)
        var pending: Int?
        var isBehindZero = false
        for scalar in run {
            if let unit = units[scalar] {
                let size = unit == 20 || unit == 30 ? 10 : unit
                guard size < lastUnit, unit == size || pending == nil, pending != nil || size == 10 else { return nil }
                total += unit == size ? (pending ?? 1) * unit : unit
                (pending, lastUnit, isBehindZero) = (nil, size, false)
            } else if digits[scalar] == 0 {
                guard pending == nil, total > 0 else { return nil }
                isBehindZero = true
            } else {
                guard pending == nil else { return nil }
                pending = digits[scalar]
            }
        }
        if let pending {
            guard lastUnit == 10 || isBehindZero else { return nil }
            total += pending
        }
        return total
    }

    private static let digits: [Unicode.Scalar: Int] = {
        var digits: [Unicode.Scalar: Int] = [:]
        for row in ["〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "○", "◯"] {
            for (value, scalar) in row.unicodeScalars.enumerated() { digits[scalar] = value }
        }
        digits["两"] = 2
        return digits
    }()

    private static let units: [Unicode.Scalar: Int] = [
        "十": 10, "拾": 10, "廿": 20, "卅": 30, "百": 100, "佰": 100, "千": 1000, "仟": 1000,
    ]
}
