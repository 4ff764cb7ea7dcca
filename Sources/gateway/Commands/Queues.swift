import Foundation
import StrictJSON
import Vocabulary

enum Queues: Command {
    static let name = "queues"
    static let synopsis = "[list | pause CODE | resume CODE] [--reason TEXT] [--json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "各机构队列有多深、多久；暂停与恢复",
        "how deep and how old every institution's queue is; pause and resume")
    static let details: [HelpLine] =
        [
            .item("list", "（默认）先是申请，后是线索：CODE.leads", "(default) of applications, then of leads: CODE.leads")
        ] + EndpointAct.help + Remote.help

    static func run(_ arguments: [String]) async throws -> Int32 {
        try await EndpointAct.run(
            arguments, of: "queues", lists: ["queues", "leadQueues"],
            columns: ["queue", "name", "depth", "oldest", "mostUrgent", "deadLetters", "circuit", "paused.since"])
        return 0
    }
}
