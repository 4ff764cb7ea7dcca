import Operations
import Vocabulary

enum Version: Command {
    static let name = "version"
    static let synopsis = ""
    static let summary = LocalizedText(
        "显示版本；--version 相同",
        "tell which release this is; --version does the same")
    static let details: [HelpLine] =
        []

    static func run(_ arguments: [String]) async throws -> Int32 {
        guard arguments.isEmpty else { throw UsageError("此命令不带参数", "it takes nothing") }
        Terminal.print("gateway \(Release.version)")
        return 0
    }
}
