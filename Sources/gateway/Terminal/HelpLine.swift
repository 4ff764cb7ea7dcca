import Vocabulary

/// A line of what a command's help says below its summary.
enum HelpLine: Sendable {
    /// What may be typed, and what it means.
    case item(String, LocalizedText)
    case note(LocalizedText)

    static func item(_ words: String, _ zh: String, _ en: String) -> HelpLine { .item(words, LocalizedText(zh, en)) }
    static func note(_ zh: String, _ en: String) -> HelpLine { .note(LocalizedText(zh, en)) }

    static let config = item("--config FILE", "设置文件（不写则见 gateway help）", "settings (else see gateway help)")
    static let json = item("-o json, --json", "以 JSON 输出", "as JSON")
    static let wide = item("-o wide", "表格不按终端宽度截断", "tables whole, however narrow the terminal")
}

extension [HelpLine] {
    /// Items in two columns, sentences between them.
    ///
    /// - Parameter columns: to write in; a hundred where nobody watches.
    func text(in language: TerminalLanguage, columns: Int) -> String {
        let widest = 24
        let words = compactMap { line in
            switch line {
            case .item(let words, _): TextColumns.width(words)
            case .note: nil
            }
        }
        let left = Swift.min(widest, words.max() ?? 0) + 2
        return flatMap { line -> [String] in
            switch line {
            case .note(let text): return paragraphs(text, language, columns)
            case .item(let words, let text):
                let lines = paragraphs(text, language, Swift.max(20, columns - left - 2))
                let blank = String(repeating: " ", count: left + 2)
                guard TextColumns.width(words) <= widest else { return ["  " + words] + lines.map { blank + $0 } }
                return lines.enumerated().map { index, line in
                    index == 0 ? "  " + TextColumns.padded(words, to: left) + line : blank + line
                }
            }
        }.joined(separator: "\n")
    }

    private func paragraphs(_ text: LocalizedText, _ language: TerminalLanguage, _ columns: Int) -> [String] {
        switch language {
        case .chinese: TextColumns.wrapped(text.zh, to: columns)
        case .english: TextColumns.wrapped(text.en, to: columns)
        case .both:
            (text.zh == text.en ? [text.zh] : [text.zh, text.en]).flatMap { TextColumns.wrapped($0, to: columns) }
        }
    }
}
