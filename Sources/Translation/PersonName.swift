/// The name of a person as it is compared: one form of the dot between its parts, and no blanks that only the layout of a
/// form left in it.
struct PersonName {
    private(set) var text: String
    /// Codes of what was changed.
    private(set) var told: [String] = []

    init(_ raw: String) {
        text = raw
        if raw.unicodeScalars.contains(where: Self.isForeign) { told.append("nameDoubtful") }
        guard raw.unicodeScalars.contains(where: { Self.isDot($0) || Self.isBlank($0) || $0 == "." || $0 == "。" })
        else { return }
        let scalars = Array(raw.unicodeScalars)
        var parts = Self.dotted(scalars)
        if parts != scalars, scalars.contains(where: { $0 == "." || $0 == "。" }) { told.append("normalizedName") }
        if parts.contains(where: Self.isBlank) {
            let joined = Self.withoutBlanks(parts)
            if joined != parts { told.append("blanksRemoved") }
            parts = joined
        }
        text = String(String.UnicodeScalarView(parts))
    }

    /// U+00B7 is the one form (domain §4.2); these are drawn alike.
    private static func isDot(_ scalar: Unicode.Scalar) -> Bool {
        "·•．・‧･⋅∙᛫●\u{387}⸱⸳ꞏㆍ﹒∘ˑ".unicodeScalars.contains(scalar)
    }

    /// Of no name: figures, brackets, separators, masks, markup and what turns the direction of writing.
    private static func isForeign(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0xFF10...0xFF19, 0x202A...0x202E, 0x2066...0x2069: true
        case 0x2C, 0x2F, 0x3B, 0x7C, 0x3001, 0xFF0C, 0xFF0F, 0xFF1B: true
        default: "()（）[]【】〔〕<>《》{}*＊%=+&@#$_\\\"“”:：".unicodeScalars.contains(scalar)
        }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func isHan(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.isIdeographic ?? false }

    /// A full stop counts between two Chinese characters only: `J. Smith` keeps its own.
    private static func dotted(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for (index, scalar) in scalars.enumerated() {
            let following = scalars[(index + 1)...].first { !isBlank($0) }
            let isStop = scalar == "." || scalar == "。"
            if isDot(scalar) || isStop && isHan(result.last { !isBlank($0) }) && isHan(following) {
                while let last = result.last, isBlank(last) { result.removeLast() }
                if result.last != "·" { result.append("·") }
            } else if !(isBlank(scalar) && result.last == "·") {
                result.append(scalar)
            }
        }
        return result
    }

    /// Line breaks between Chinese characters go, and blanks in a name of two or three characters, which forms print with
    /// one; other blanks become one blank.
    private static func withoutBlanks(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        let others = scalars.filter { !isBlank($0) }
        let isShort = others.count <= 3 && others.allSatisfy(isHan)
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < scalars.count {
            guard isBlank(scalars[index]) else {
                result.append(scalars[index])
                index += 1
                continue
            }
            let run = scalars[index...].prefix(while: isBlank)
            index += run.count
            let isBreak =
                run.contains { $0 == "\n" || $0 == "\r" } && isHan(result.last)
                && isHan(index < scalars.count ? scalars[index] : nil)
            if !isShort, !isBreak { result.append(" ") }
        }
        return result
    }
}
