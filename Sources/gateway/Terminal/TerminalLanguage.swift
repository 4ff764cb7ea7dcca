import Foundation
import Vocabulary

/// In which words the commands speak: those of the locale, and both where it names neither.
enum TerminalLanguage: Sendable, CaseIterable {
    case chinese, english
    /// Without a locale, as under systemd or `LANG=C`: Chinese first, English second.
    case both

    /// As POSIX has it: `LC_ALL` before `LC_MESSAGES` before `LANG`, an empty one counting as absent.
    init(_ environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        self =
            if locale.hasPrefix("zh") { .chinese } else if locale.hasPrefix("en") { .english } else { .both }
    }

    static let current = TerminalLanguage(ProcessInfo.processInfo.environment)

    func callAsFunction(_ text: LocalizedText) -> String {
        switch self {
        case .chinese: text.zh
        case .english: text.en
        case .both: both(text)
        }
    }

    /// The place that both begin with stands there once.
    private func both(_ text: LocalizedText) -> String {
        guard text.zh != text.en else { return text.zh }
        let common = zip(text.zh, text.en).prefix { $0 == $1 }.map { String($0.0) }.joined()
        let place = common.ranges(of: ": ").last.map { String(common[..<$0.upperBound]) } ?? ""
        return "\(text.zh) \(text.en.dropFirst(place.count))"
    }
}

extension LocalizedText {
    /// Chinese first, as the commands speak it.
    init(_ zh: String, _ en: String) { self.init(zh: zh, en: en) }

    /// What is the same in both: a path, a number, what others said.
    init(same text: String) { self.init(zh: text, en: text) }

    /// In the language of the terminal.
    var spoken: String { TerminalLanguage.current(self) }

    /// A place before a sentence: the file, the row, the option that it is about.
    func at(_ place: String) -> LocalizedText { LocalizedText("\(place): \(zh)", "\(place): \(en)") }
}
