import Vocabulary

/// Prints what editors complete and check the configuration's files with.
enum SchemaCommand: Command {
    static let name = "schema"
    static let synopsis = "NAME"
    static let summary = LocalizedText(
        "打印配置文件的 XML Schema，供编辑器使用；serve 与 check 以它核对文件",
        "print the XML Schema of a configuration file, for editors; serve and check hold the file against it")
    static let details: [HelpLine] =
        [.item("NAME", LocalizedText(same: names))]

    private static let names = ConfigurationSchema.allCases.map(\.rawValue).joined(separator: ", ")

    static func run(_ arguments: [String]) async throws -> Int32 {
        guard arguments.count == 1, let schema = ConfigurationSchema(rawValue: arguments[0]) else {
            throw UsageError("写下列之一：\(names)", "say one of \(names)")
        }
        Terminal.print(String(decoding: schema.text, as: UTF8.self))
        return 0
    }
}
