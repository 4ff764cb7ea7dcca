import StrictJSON
import Vocabulary

enum Parked: Command {
    static let name = "parked"
    static let synopsis = "[--limit N] [--json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "先于原报文到达、正在等待的报文",
        "messages that came before the referral they belong to, and wait for it")
    static let details: [HelpLine] =
        Remote.listingHelp

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.listing, flags: ["json"])
        try arguments.allowWords(0)
        let waiting = try await Remote(arguments).entries("/v1/parked", "parked", [], arguments)
        Terminal.list(waiting, ["until", "receivedAt", "kind", "partner", "referralId"], arguments)
        return 0
    }
}
