import Canonical

/// Regular expressions of JSON Schema (ECMA-262) for texts that are compared folded: whatever the width, the case and the
/// blanks.
enum FoldedPattern {
    /// What `TextFolding` leaves out.
    static let blank = #"[\x00-\x20\x7F-\u00A0\u00AD\u061C\u2000-\u200F\u2028-\u202E\u2060\u2066-\u2069\u3000\uFEFF]*"#

    /// A folded word as it may be written.
    static func word(_ folded: String) -> String { folded.unicodeScalars.map(scalar).joined(separator: blank) }

    /// Texts that one of the words is, and nothing else.
    static func whole(_ choices: [String]) -> String { "^\(blank)(\(choices.joined(separator: "|")))\(blank)$" }

    static func scalar(_ scalar: Unicode.Scalar) -> String {
        var forms = [scalar]
        let value = scalar.value
        if (0x61...0x7A).contains(value), let upper = Unicode.Scalar(value - 0x20) { forms.append(upper) }
        for form in forms where (0x21...0x7E).contains(form.value) {
            if let wide = Unicode.Scalar(form.value + 0xFEE0) { forms.append(wide) }
        }
        let escaped = forms.map(Self.escaped)
        return escaped.count == 1 ? escaped[0] : "[\(escaped.joined())]"
    }

    static func escaped(_ scalar: Unicode.Scalar) -> String {
        #"\^$.|?*+()[]{}/-"#.unicodeScalars.contains(scalar) ? "\\\(scalar)" : "\(scalar)"
    }
}

extension Placeholders {
    /// Texts that are taken as not given for these uses.
    func pattern(for uses: Set<String>) -> String {
        let stops = "[。.，,;；!！．！；，]*"
        let words = words(for: uses).map {
            "[(（\\[【《<“‘\"〔{]?" + FoldedPattern.word($0) + "[)）\\]】》>”’\"〕}]?" + stops
        }
        let signs = signs.sorted { $0.value < $1.value }.map(FoldedPattern.scalar)
        let alone = signs.isEmpty ? [] : ["(\(FoldedPattern.blank)(\(signs.joined(separator: "|"))))+"]
        return FoldedPattern.whole([""] + words + alone + zeroPatterns)
    }

    private var zeroPatterns: [String] {
        guard let (count, signs) = zeroRule else { return [] }
        let zero = FoldedPattern.scalar("0")
        let others = ([zero] + signs.sorted { $0.value < $1.value }.map(FoldedPattern.scalar)).joined(separator: "|")
        return ["(\(FoldedPattern.blank)\(zero)){\(count)}(\(FoldedPattern.blank)(\(others)))*"]
    }
}
