/// Known telephone numbers, written in the ways in which senders write them.
struct GeneratedTelephones {
    let text: String
    /// In the order in which they are written, each once.
    let numbers: [String]

    init(by random: inout SplitMix) {
        var parts: [String] = []
        var numbers: [String] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let (part, number) = Bool.random(using: &random) ? Self.mobile(&random) : Self.landline(&random)
            let label = ["", "", "", "手机：", "电话", "Tel:"].randomElement(using: &random) ?? ""
            let name = ["", "", "", "（本人）", "(儿子)", " 李某"].randomElement(using: &random) ?? ""
            parts.append(label + part + name)
            if !numbers.contains(number) { numbers.append(number) }
        }
        let joint = ["/", "、", "，", ",", "；", ";", "或", "\n", " / "].randomElement(using: &random) ?? ""
        let text = parts.joined(separator: joint)
        let isWide = Int.random(in: 0..<6, using: &random) == 0
        self.text = isWide ? String(String.UnicodeScalarView(text.unicodeScalars.map(Self.wide))) : text
        self.numbers = numbers
    }

    private static func wide(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        (0x21...0x7E).contains(scalar.value) ? Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar : scalar
    }

    private static func digits(_ count: Int, _ random: inout SplitMix) -> String {
        (0..<count).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()
    }

    private static func mobile(_ random: inout SplitMix) -> (String, String) {
        let number = "1\(Int.random(in: 3...9, using: &random))" + digits(9, &random)
        let (a, b, c) = (number.prefix(3), number.dropFirst(3).prefix(4), number.suffix(4))
        let forms = [
            number, "\(a)-\(b)-\(c)", "\(a) \(b) \(c)", "+86\(number)", "+86 \(number)", "86-\(number)",
            "0086\(number)",
            "(86)\(number)", "+86-\(a)-\(b)-\(c)",
        ]
        return (forms.randomElement(using: &random) ?? number, number)
    }

    private static func landline(_ random: inout SplitMix) -> (String, String) {
        let area = ["0519", "025", "010", "0510", "021"].randomElement(using: &random) ?? ""
        let local = "\(Int.random(in: 2...8, using: &random))" + digits(7, &random)
        let inner = Int.random(in: 0..<4, using: &random) == 0 ? "\(Int.random(in: 100...9999, using: &random))" : nil
        let bare = area.dropFirst()
        let forms = [
            "\(area)-\(local)", "\(area)\(local)", "(\(area))\(local)", "（\(area)）\(local)", "\(area) \(local)",
            "+86-\(bare)-\(local)", "+86 \(bare) \(local)", "0086-\(bare)-\(local)", "\(area)—\(local)",
            "\(area)-\(local.prefix(4))-\(local.suffix(4))",
        ]
        let mark = ["转", "-", " 转 ", "#", " ext. "].randomElement(using: &random) ?? ""
        let written = (forms.randomElement(using: &random) ?? "") + (inner.map { mark + $0 } ?? "")
        return (written, area + local + (inner.map { "-" + $0 } ?? ""))
    }
}
