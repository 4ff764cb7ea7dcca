import Foundation

/// One command of the gateway.
protocol Command {
    static var name: String { get }
    /// What follows the name on the command line.
    static var synopsis: String { get }
    static var summary: String { get }
    /// Lines of help below the summary; options first.
    static var details: String { get }
    /// Runs the command.
    ///
    /// - Returns: the exit code: 0 done, 1 something asked for was not so.
    static func run(_ arguments: [String]) async throws -> Int32
}

extension Command {
    static var help: String {
        "gateway \(name) \(synopsis)\n\n\(summary)\n" + (details.isEmpty ? "" : "\n\(details)\n")
    }
}
