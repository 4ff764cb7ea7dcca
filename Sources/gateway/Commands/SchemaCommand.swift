/// Prints what editors complete and check the configuration's files with.
enum SchemaCommand: Command {
    static let name = "schema"
    static let synopsis = "NAME"
    static let summary =
        "print the XML Schema of a configuration file, for editors; serve and check hold the file against it"
    static let details = "NAME   \(names)"

    private static let names = ConfigurationSchema.allCases.map(\.rawValue).joined(separator: ", ")

    static func run(_ arguments: [String]) async throws -> Int32 {
        guard arguments.count == 1, let schema = ConfigurationSchema(rawValue: arguments[0]) else {
            throw UsageError("say one of \(names)")
        }
        Terminal.print(String(decoding: schema.text, as: UTF8.self))
        return 0
    }
}
