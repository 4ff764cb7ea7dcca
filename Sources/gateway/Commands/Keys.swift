import Foundation
import Messaging
import Observability
import Storage
import Transport
import Vocabulary

enum Keys: Command {
    static let name = "keys"
    static let synopsis = "new (--partner ID | --institution CODE | --operator NAME) [--days N]"
    static let summary = "make a bearer token and the line for credentials.xml that lets its holder in"
    static let details = """
        --days N   the last day of the token, counted from today (1 to 3650); without it the token never ends
        The token is printed once; the gateway keeps only its SHA-256.
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["partner", "institution", "operator", "days"], flags: [])
        guard arguments.words == ["new"] else { throw UsageError("the only action is new") }
        let kinds = [("partner", "id"), ("institution", "code"), ("operator", "name")]
        guard
            let (element, attribute, id) = kinds.lazy.compactMap({ kind in
                arguments[kind.0].map { (kind.0, kind.1, $0) }
            }).first
        else { throw UsageError("say whose key it is") }
        var validity = ""
        if let days = arguments["days"] {
            guard let count = Int(days), (1...3650).contains(count) else { throw UsageError("--days takes 1 to 3650") }
            validity = " validUntil=\"\(Instant(Date()).advanced(seconds: count * 86_400).rfc3339.prefix(10))\""
        }
        let token = try Token.make()
        Terminal.print("token:  \(token)")
        Terminal.print("line:   <\(element) \(attribute)=\"\(id)\" tokenSha256=\"\(Token.hash(token))\"\(validity)/>")
        return 0
    }
}
