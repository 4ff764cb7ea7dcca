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
        jobs      [ID] [--pause | --resume | --stop] [--wait] [--json]

        FILTER: --dead-reason R --partner P --queue Q --channel C --cause C --since T --until T --message-id M
        A bulk retry waits until it is done and shows progress; Ctrl-C leaves the job running, and jobs ID --wait goes
        on watching it. Exit code 1 when letters stayed in the tray.
        \(Remote.help)
        """

    private static let filters: [(option: String, name: String)] = [
        ("dead-reason", "reason"), ("partner", "partner"), ("queue", "queue"), ("channel", "channel"),
        ("cause", "cause"), ("since", "since"), ("until", "until"), ("message-id", "messageId"),
    ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments,
            valued: Remote.options.union(filters.map(\.option)).union(["reason", "edited", "rate", "limit", "version"]),
            flags: ["json", "newest", "preview", "no-wait", "wait", "pause", "resume", "stop"])
        try allow(arguments)
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
        case ("jobs", let id): return try await jobs(id, remote, arguments)
        default: throw UsageError("say list, causes, show, document, retry, discard or jobs")
        }
        return 0
    }

    /// Refuses what an action would pass over: a filter that does not bound a retry is no small thing.
    private static func allow(_ arguments: Arguments) throws(UsageError) {
        try arguments.allowWords(2)
        let filter = Set(filters.map(\.option))
        let isBulk = arguments.words.count == 1
        try arguments.allow(
            [
                "list": filter.union(["newest", "limit"]), "causes": filter, "show": [], "document": ["reason"],
                "retry": isBulk
                    ? filter.union(["reason", "rate", "preview", "no-wait"])
                    : ["reason", "edited", "queue", "version"],
                "discard": ["reason", "version"], "jobs": isBulk ? [] : ["pause", "resume", "stop", "wait"],
            ], besides: Remote.options.union(["json"]))
    }

    private static func path(_ id: String) -> String { "/v1/dead-letters/\(Remote.escaped(id))" }

    private static func list(_ remote: Remote, _ arguments: Arguments) async throws {
        let query = arguments.query(filters) + (arguments.has("newest") ? [("order", "newest")] : [])
        let deadLetters = try await remote.entries("/v1/dead-letters", "deadLetters", query, arguments)
        Terminal.list(deadLetters, ["id", "since", "code", "turn", "partner", "messageId", "cause"], arguments)
        if !arguments.has("json") { Terminal.print("\(deadLetters.count) dead letters") }
    }

    private static func causes(_ remote: Remote, _ arguments: Arguments) async throws {
        let query = arguments.query(filters).map { "\($0.name)=\(Remote.escaped($0.value))" }.joined(separator: "&")
        let causes = try await remote.ask("GET", "/v1/dead-letters/causes?\(query)")["causes"]?.array ?? []
        Terminal.list(causes, ["count", "cause", "code", "turn", "oldest"], arguments)
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

    /// - Returns: 1 when dead letters stayed behind.
    private static func retryAll(_ remote: Remote, _ arguments: Arguments) async throws -> Int32 {
        let given = arguments.query(filters).map { (name: $0.name, value: JSONValue.string($0.value)) }
        guard !given.isEmpty else { throw UsageError("name a letter, or a filter: never everything by accident") }
        let isPreview = arguments.has("preview")
        let body = JSONValue.compact([
            ("filter", .object(JSONObject(given))), ("queue", isPreview ? nil : .text(arguments["queue"])),
            ("reason", isPreview ? nil : .string(try arguments.required("reason"))),
            ("ratePerSecond", isPreview ? nil : try arguments.count("rate").map { JSONValue($0) }),
            ("preview", isPreview ? true : nil),
        ])
        let answer = try await remote.ask("POST", "/v1/dead-letters/retry", body: body.serialized())
        if isPreview {
            if arguments.has("json") { Terminal.print(answer.text(pretty: true)) }
            if !arguments.has("json") {
                Terminal.list(answer["causes"]?.array ?? [], ["count", "cause", "code", "turn", "oldest"], arguments)
                Terminal.print("\(answer["total"]?.int ?? 0) dead letters would be retried")
            }
            return 0
        }
        return try await report(arguments.has("no-wait") ? answer : follow(answer, remote), arguments)
    }

    /// A job as it stands when it no longer runs: finished, paused or stopped.
    private static func follow(_ job: JSONValue, _ remote: Remote) async throws -> JSONValue {
        var job = job
        while job["state"] == "running", let id = job["id"]?.string {
            Terminal.progress(line(job))
            try await Task.sleep(for: .milliseconds(300))
            job = try await remote.ask("GET", path(ofJob: id))
        }
        Terminal.progress("")
        return job
    }

    private static func path(ofJob id: String) -> String { "/v1/jobs/\(Remote.escaped(id))" }

    /// - Returns: 1 when dead letters stayed behind.
    private static func report(_ job: JSONValue, _ arguments: Arguments) -> Int32 {
        Terminal.print(arguments.has("json") ? job.text(pretty: true) : line(job))
        return (job["failedAgain"]?.int ?? 0) + (job["skipped"]?.int ?? 0) > 0 ? 1 : 0
    }

    private static func line(_ job: JSONValue) -> String {
        func figure(_ name: String) -> Int { job[name]?.int ?? 0 }
        return "\(job["id"]?.string ?? "")  \(job["state"]?.string ?? "")  \(figure("resent")) resent, "
            + "\(figure("failedAgain")) failed again, \(figure("skipped")) left, of \(figure("total"))"
    }

    private static func jobs(_ id: String?, _ remote: Remote, _ arguments: Arguments) async throws -> Int32 {
        guard let id else {
            let jobs = try await remote.ask("GET", "/v1/jobs")["jobs"]?.array ?? []
            if arguments.has("json") {
                Terminal.print(JSONValue.array(jobs).text(pretty: true))
            } else {
                jobs.forEach { Terminal.print(line($0)) }
            }
            return 0
        }
        let act = ["pause", "resume", "stop"].first { arguments.has($0) }
        let path = path(ofJob: id)
        let job =
            if let act { try await remote.ask("POST", "\(path)/\(act)") } else { try await remote.ask("GET", path) }
        guard arguments.has("wait") else {
            _ = report(job, arguments)
            return 0
        }
        return report(try await follow(job, remote), arguments)
    }
}
