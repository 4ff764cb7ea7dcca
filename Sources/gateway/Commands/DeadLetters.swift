import Console
import Foundation
import StrictJSON
import Vocabulary

enum DeadLetters: Command {
    static let name = "dead-letters"
    static let synopsis = "list | causes | show ID | document ID | retry [ID] | discard ID | jobs [ID]  [options]"
    static let summary = LocalizedText(
        "异常报文：查看、修复、重发或作废",
        "see, repair, resend or discard what got stuck")
    static let details: [HelpLine] =
        [
            .item("list [FILTER] [--newest] [--limit N]", "逐件列出", "the letters"),
            .item("causes [FILTER]", "可以一并处置的", "letters that are mended together"),
            .item("show ID", "问题、出处（脱敏）、经过、处置办法", "findings, marked places (masked), history, remedies"),
            .item(
                "document ID --reason TEXT", "原文写到标准输出；记入审计",
                "the original bytes to standard output; noted in the audit trail"),
            .item("retry ID --reason TEXT [--edited FILE] [--queue CODE] [--version V]", "重发一件", "one letter again"),
            .item("retry FILTER --reason TEXT [--rate N] [--queue CODE] [--preview] [--no-wait]", "批量重发", "many"),
            .item("discard ID --reason TEXT [--version V]", "作废", "give it up"),
            .item("jobs [ID] [--pause | --resume | --stop] [--wait]", "批量重发的进度", "how bulk retries stand"),
            .json,
            .wide,
            .note(
                "FILTER：--dead-reason R --partner P --queue Q --channel C --cause C --since T --until T --message-id M。批量重发会等到完成并显示进度；Ctrl-C 不会停止它，jobs ID --wait 可接着看。仍有未成的则退出码 1。",
                "FILTER: --dead-reason R --partner P --queue Q --channel C --cause C --since T --until T --message-id M. A bulk retry waits until it is done and shows progress; Ctrl-C leaves the job running, and jobs ID --wait goes on watching it. Exit code 1 when letters stayed behind."
            ),
        ] + Remote.help

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
        case ("show", let id?):
            let letter = try await remote.ask("GET", path(id))
            Terminal.print(arguments.has("json") ? letter.text(pretty: true) : DeadLetterText(letter).text)
        case ("document", let id?): try await document(id, remote, arguments)
        case ("retry", let id?): try await retry(id, remote, arguments)
        case ("retry", nil): return try await retryAll(remote, arguments)
        case ("discard", let id?):
            let body = JSONValue.compact([
                ("reason", .string(try arguments.required("reason"))), ("version", .text(arguments["version"])),
            ])
            let answer = try await remote.ask("POST", path(id) + "/discard", body: body.serialized())
            let isTold = answer["senderTold"] == true
            Terminal.print(
                "已作废 \(id)" + (isTold ? "，正在告知报送单位" : ""),
                "discarded \(id)" + (isTold ? ", the sender is being told" : ""))
        case ("jobs", let id): return try await jobs(id, remote, arguments)
        default:
            throw UsageError(
                "写 list、causes、show、document、retry、discard 或 jobs",
                "say list, causes, show, document, retry, discard or jobs")
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
                "discard": ["reason", "version"], "jobs": isBulk ? [] : ["pause", "resume", "stop", "wait", "reason"],
            ], besides: Remote.options.union(["json"]))
    }

    private static func path(_ id: String) -> String { "/v1/dead-letters/\(Remote.escaped(id))" }

    private static func list(_ remote: Remote, _ arguments: Arguments) async throws {
        let query = arguments.query(filters) + (arguments.has("newest") ? [("order", "newest")] : [])
        let deadLetters = try await remote.entries("/v1/dead-letters", "deadLetters", query, arguments)
        Terminal.list(deadLetters, ["id", "since", "code", "turn", "partner", "messageId", "cause"], arguments)
        if !arguments.has("json") {
            let count = Cell.figure(deadLetters.count)
            Terminal.print("异常报文 \(count) 件", "\(count) dead letters")
        }
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
            throw CommandFailure("应答中没有文档", "the answer holds no document")
        }
        try FileHandle.standardOutput.write(contentsOf: data)
    }

    private static func retry(_ id: String, _ remote: Remote, _ arguments: Arguments) async throws {
        let edited = try arguments["edited"].map { Data(try bytes(of: $0)).base64EncodedString() }
        let body = JSONValue.compact([
            ("reason", .string(try arguments.required("reason"))), ("queue", .text(arguments["queue"])),
            ("version", .text(arguments["version"])), ("editedBase64", .text(edited)),
        ])
        let answer = try await remote.ask("POST", path(id) + "/retry", body: body.serialized())
        if arguments.has("json") { return Terminal.print(answer.text(pretty: true)) }
        tell(answer)
    }

    /// What became of a letter that was sent again.
    private static func tell(_ receipt: JSONValue) {
        let outcome = receipt["outcome"]?.string.map { EventNames.text(ofOutcome: $0) }
        let number = receipt["applicationNo"]?.string ?? receipt["referralId"]?.string ?? receipt["id"]?.string ?? ""
        let queue = receipt["queue"]?.string
        Terminal.print(
            "已重新提交：\(outcome.map(\.zh) ?? "")  \(number)" + (queue.map { "，进入队列 \($0)" } ?? ""),
            "sent again: \(outcome.map(\.en) ?? "")  \(number)" + (queue.map { ", in queue \($0)" } ?? ""))
        for finding in receipt["errors"]?.array ?? [] {
            Terminal.print(
                "  " + [finding["pointer"], finding["detail"]].compactMap { $0?.string }.joined(separator: "  "))
        }
    }

    /// - Returns: 1 when dead letters stayed behind.
    private static func retryAll(_ remote: Remote, _ arguments: Arguments) async throws -> Int32 {
        let given = arguments.query(filters).map { (name: $0.name, value: JSONValue.string($0.value)) }
        guard !given.isEmpty else {
            throw UsageError(
                "写一件，或一个筛选条件：不会误发全部", "name a letter, or a filter: never everything by accident")
        }
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
                let total = Cell.figure(answer["total"]?.int ?? 0)
                Terminal.print("将重发异常报文 \(total) 件", "\(total) dead letters would be retried")
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
        let head = "\(job["id"]?.string ?? "")  \(job["state"]?.string ?? "")  "
        let (resent, failed) = (figure("resent"), figure("failedAgain"))
        let (left, total) = (figure("skipped"), figure("total"))
        return head
            + LocalizedText(
                "已重发 \(resent)，又失败 \(failed)，未动 \(left)，共 \(total)",
                "\(resent) resent, \(failed) failed again, \(left) left, of \(total)"
            ).spoken
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
            if let act {
                try await remote.ask(
                    "POST", "\(path)/\(act)",
                    body: JSONValue.compact([("reason", .string(try arguments.required("reason")))]).serialized())
            } else { try await remote.ask("GET", path) }
        guard arguments.has("wait") else {
            _ = report(job, arguments)
            return 0
        }
        return report(try await follow(job, remote), arguments)
    }
}
