import Foundation
import StrictJSON

enum Queues: Command {
    static let name = "queues"
    static let synopsis = "[list | pause CODE | resume CODE] [--reason TEXT] [--json] [--url URL] [--token-file FILE]"
    static let summary = "how deep and how old every institution's queue is; pause and resume"
    static let details = """
        list                       (default) of applications, then of leads: CODE.leads
        \(EndpointAct.help)
        \(Remote.help)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        try await EndpointAct.run(
            arguments, of: "queues", lists: ["queues", "leadQueues"],
            columns: ["queue", "name", "depth", "oldest", "mostUrgent", "deadLetters", "circuit", "paused.since"])
        return 0
    }
}
