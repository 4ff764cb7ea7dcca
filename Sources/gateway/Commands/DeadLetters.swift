import Foundation
import StrictJSON

enum DeadLetters: Command {
    static let name = "dead-letters"
    static let synopsis = "list | causes | show ID | document ID | retry [ID] | discard ID | jobs [ID]  [options]"
    static let summary = "see, repair, resend or discard what got stuck"
    static let details = """
        list      [FILTER] [--newest] [--limit N] [--json]
        causes    [FILTER] [--json]     letters that are mended together
        show      ID                    findings, marked places (masked), history, remedies
        document  ID --reason TEXT      the original bytes to standard output; noted in the audit trail
        retry     ID --reason TEXT [--edited FILE] [--queue CODE] [--version V]
        retry     FILTER --reason TEXT [--rate N] [--queue CODE] [--preview] [--no-wait] [--json]
        discard   ID --reason TEXT [--version V]
        jobs      [ID] [--pause | --resume | --stop] [--json]

        FILTER: --dead-reason R --partner P --queue Q --channel C --cause C --since T --until T --message-id M
        A bulk retry waits until it is done and shows progress; Ctrl-C leaves the job running.
        \(Remote.help)
        """

    private static let filters = [
        ("dead-reason", "reason"), ("partner", "partner"), ("queue", "queue"), ("channel", "channel"),
        ("cause", "cause"), ("since", "since"), ("until", "until"), ("message-id", "messageId"),
    ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments,
            valued: Remote.options.union(filters.map(\.0)).union(["reason", "edited", "rate", "limit", "version"]),
            flags: ["json", "newest", "preview", "no-wait", "pause", "resume", "stop"])
        let remote = try Remote(arguments)
        switch (arguments.words.first, arguments.words.dropFirst().first) {
        case ("list", nil): try await list(remote, arguments)
        case ("causes", nil): try await causes(remote, arguments)
        case ("show", let id?): Terminal.print(try await remote.ask("GET", path(id)).text(pretty: true))
        case ("document", let id?): try await document(id, remote, arguments)
        case ("retry", let id?): try await retry(id, remote, arguments)
        case ("retry", nil): return try await retryAll(remote, arguments)
        case ("discard", let id?):
            let body = JSONValue.compact([
                ("reason", .string(try arguments.required("reason"))), ("version", .text(arguments["version"])),
            ])
            let answer = try await remote.ask("POST", path(id) + "/discard", body: body.serialized())
            Terminal.print("discarded \(id)" + (answer["senderTold"] == true ? ", the sender is being told" : ""))
        case ("jobs", let id): try await jobs(id, remote, arguments)
        default: throw UsageError("say list, causes, show, document, retry, discard or jobs")
        }
        return 0
    }

    private static func path(_ id: String) -> String { "/v1/dead-letters/\(Remote.escaped(id))" }

    private static func query(_ arguments: Arguments) -> [String] {
        filters.compactMap { option, name in arguments[option].map { "\(name)=\(Remote.escaped($0))" } }
    }

    private static func list(_ remote: Remote, _ arguments: Arguments) async throws {
        let most = try arguments["limit"].map { text throws(UsageError) in
            guard let number = Int(text), number > 0 else { throw UsageError("--limit must be a whole number") }
            return number
        }
        let fixed = query(arguments) + (arguments.has("newest") ? ["order=newest"] : []) + ["limit=500"]
        var cursor: String?
        var letters: [JSONValue] = []
        repeat {
            let query = (fixed + [cursor.map { "after=\($0)" }].compactMap(\.self)).joined(separator: "&")
            let page = try await remote.ask("GET", "/v1/dead-letters?\(query)")
            letters += page["deadLetters"]?.array ?? []
            cursor = page["next"]?.string
        } while cursor != nil && letters.count < most ?? .max
        if let most { letters = Array(letters.prefix(most)) }
        table(letters, ["id", "since", "code", "turn", "partner", "messageId", "cause"], arguments)
        if !arguments.has("json") { Terminal.print("\(letters.count) dead letters") }
    }

    private static func causes(_ remote: Remote, _ arguments: Arguments) async throws {
        let query = query(arguments).joined(separator: "&")
        let causes = try await remote.ask("GET", "/v1/dead-letters/causes?\(query)")["causes"]?.array ?? []
        table(causes, ["count", "cause", "code", "turn", "oldest"], arguments)
    }

    private static func table(_ rows: [JSONValue], _ columns: [String], _ arguments: Arguments) {
        if arguments.has("json") { return Terminal.print(JSONValue.array(rows).text(pretty: true)) }
        for row in rows {
            let cells = columns.map { row[$0]?.string ?? row[$0]?.int.map(String.init) ?? "-" }
            Terminal.print(cells.joined(separator: "  "))
        }
    }

    private static func document(_ id: String, _ remote: Remote, _ arguments: Arguments) async throws {
        let body = JSONValue.compact([("reason", .string(try arguments.required("reason")))]).serialized()
        let answer = try await remote.ask("POST", path(id) + "/document", body: body)
        guard let data = answer["base64"]?.string.flatMap({ Data(base64Encoded: $0) }) else {
            throw CommandFailure("the answer holds no document")
        }
        try FileHandle.standardOutput.write(contentsOf: data)
    }

    private static func retry(_ id: String, _ remote: Remote, _ arguments: Arguments) async throws {
        let edited = try arguments["edited"].map { Data(try bytes(of: $0)).base64EncodedString() }
        let body = JSONValue.compact([
            ("reason", .string(try arguments.required("reason"))), ("queue", .text(arguments["queue"])),
            ("version", .text(arguments["version"])), ("editedBase64", .text(edited)),
        ])
        Terminal.print(
            try await remote.ask("POST", path(id) + "/retry", body: body.serialized()).text(pretty: true))
    }

    /// - Returns: 1 when letters stayed behind.
    private static func retryAll(_ remote: Remote, _ arguments: Arguments) async throws -> Int32 {
        let given = filters.compactMap { option, name in
            arguments[option].map { (name: name, value: JSONValue.string($0)) }
        }
        guard !given.isEmpty else { throw UsageError("name a letter, or a filter: never everything by accident") }
        let isPreview = arguments.has("preview")
        let body = JSONValue.compact([
            ("filter", .object(JSONObject(given))), ("queue", .text(arguments["queue"])),
            ("reason", .string(try isPreview ? "" : arguments.required("reason"))),
            ("ratePerSecond", arguments["rate"].flatMap(Int.init).map { JSONValue($0) }),
            ("preview", isPreview ? true : nil),
        ])
        var answer = try await remote.ask("POST", "/v1/dead-letters/retry", body: body.serialized())
        if let id = answer["id"]?.string, !arguments.has("no-wait") {
            while answer["state"] == "running" {
                Terminal.progress(line(answer))
                try await Task.sleep(for: .milliseconds(300))
                answer = try await remote.ask("GET", "/v1/jobs/\(id)")
            }
        }
        Terminal.progress("")
        Terminal.print(arguments.has("json") || isPreview ? answer.text(pretty: true) : line(answer))
        return (answer["failedAgain"]?.int ?? 0) + (answer["skipped"]?.int ?? 0) > 0 ? 1 : 0
    }

    private static func line(_ job: JSONValue) -> String {
        func figure(_ name: String) -> Int { job[name]?.int ?? 0 }
        return "\(job["id"]?.string ?? "")  \(job["state"]?.string ?? "")  \(figure("resent")) resent, "
            + "\(figure("failedAgain")) failed again, \(figure("skipped")) left, of \(figure("total"))"
    }

    private static func jobs(_ id: String?, _ remote: Remote, _ arguments: Arguments) async throws {
        guard let id else {
            let jobs = try await remote.ask("GET", "/v1/jobs")["jobs"]?.array ?? []
            if arguments.has("json") { return Terminal.print(JSONValue.array(jobs).text(pretty: true)) }
            return jobs.forEach { Terminal.print(line($0)) }
        }
        let act = ["pause", "resume", "stop"].first { arguments.has($0) }
        let path = "/v1/jobs/\(Remote.escaped(id))"
        let job =
            if let act { try await remote.ask("POST", "\(path)/\(act)") } else { try await remote.ask("GET", path) }
        Terminal.print(arguments.has("json") ? job.text(pretty: true) : line(job))
    }
}
