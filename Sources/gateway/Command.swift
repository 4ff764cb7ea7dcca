import Foundation
import Vocabulary

/// One command of the gateway.
protocol Command {
    static var name: String { get }
    /// What follows the name on the command line.
    static var synopsis: String { get }
    static var summary: LocalizedText { get }
    /// Help below the summary; what may be typed first.
    static var details: [HelpLine] { get }
    /// Runs the command.
    ///
    /// - Returns: the exit code: 0 done, 1 something asked for was not so.
    static func run(_ arguments: [String]) async throws -> Int32
}

extension Command {
    static var help: String {
        let language = TerminalLanguage.current
        let columns = min(Terminal.columns ?? 100, 100)
        let summary = [HelpLine.note(summary)].text(in: language, columns: columns)
        let details = details.text(in: language, columns: columns)
        return "gateway \(name) \(synopsis)\n\n\(summary)\n" + (details.isEmpty ? "" : "\n\(details)\n")
    }
}
