import Operations

enum Version: Command {
    static let name = "version"
    static let synopsis = ""
    static let summary = "tell which release this is; --version does the same"
    static let details = ""

    static func run(_ arguments: [String]) async throws -> Int32 {
        guard arguments.isEmpty else { throw UsageError("it takes nothing") }
        Terminal.print("gateway \(Release.version)")
        return 0
    }
}
