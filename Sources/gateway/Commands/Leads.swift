import StrictJSON
import Vocabulary

enum Leads: Command {
    static let name = "leads"
    static let synopsis = "[FILTER] [--limit N] [--json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "线索：可能需要法律援助而尚未申请的人，最早的在前",
        "people who may need legal aid and have not asked for it, the oldest first")
    static let details: [HelpLine] =
        [
            .item("--institution CODE", "某一机构的", "of one institution"),
            .item(
                "--state STATE", "registered、contacted、applied 或 declined；不写则为全部未结",
                "registered, contacted, applied or declined; all open ones where nothing is said"),
        ] + Remote.listingHelp

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: Remote.listing.union(["institution", "state"]), flags: ["json"])
        guard arguments.words.isEmpty else {
            throw UsageError("看不懂 \(arguments.words[0])", "name a filter, not \(arguments.words[0])")
        }
        let query = arguments.query([("institution", "institution"), ("state", "state")])
        let leads = try await Remote(arguments).entries("/v1/leads", "leads", query, arguments)
        Terminal.list(
            leads, ["receivedAt", "state", "institution", "partner", "urgency", "applicationNo"], arguments)
        return 0
    }
}
