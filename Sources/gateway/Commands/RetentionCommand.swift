import Foundation
import Messaging
import Operations
import Storage
import StrictJSON
import Transport
import Vocabulary

/// Works on the store itself, beside a running gateway or without one.
enum RetentionCommand: Command {
    static let name = "retention"
    static let synopsis = "plan | run --reason TEXT | proof  [--config FILE] [--at DATE] [--rewrite] [--json]"
    static let summary = LocalizedText(
        "列出已过保存期限的内容，删除，或证明已删除的内容",
        "tell what is past its period, erase it, or prove what was erased")
    static let details: [HelpLine] =
        [
            .item("plan", "将删除什么，按种类；不做任何事", "what would be erased, by kind; nothing is done"),
            .item(
                "run", "分步删除，网关可照常运行；中断后再运行即接着做",
                "erase it, in steps, beside a running gateway; interrupted, another run goes on"),
            .item(
                "proof", "何时按哪条规则删除了什么，与审计链核对；不符则退出码 1",
                "what was erased when and by which rule, held against the audit trail; exit 1 where it does not agree"),
            .item("--reason TEXT", "run 须写明的理由，记入审计", "why, which run needs, for the audit trail"),
            .item("--at DATE", "与 plan 同用：以某日为准，如 2027-03-31", "with plan: as of a day such as 2027-03-31"),
            .item(
                "--rewrite", "与 run 同用：把整个文件重写一次，使早期版本的存储能够缩小；须先停网关，磁盘须有再放一份的空间",
                "with run: rewrite the whole file once, so that a store of an earlier release can shrink; the gateway must be stopped, and the device have room for the file once more"
            ),
            .json,
            .config,
            .note("期限写在 retention.xml。", "The periods stand in retention.xml."),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config", "at", "reason"], flags: ["json", "rewrite"])
        guard let action = arguments.words.first, arguments.words.count == 1 else {
            throw UsageError("写 plan、run 或 proof", "say plan, run or proof")
        }
        try arguments.allow(["plan": ["at"], "run": ["rewrite", "reason"], "proof": []], besides: ["config", "json"])
        let reason = action == "run" ? try arguments.reason() : ""
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let database = try await configuration.openExistingStore()
        let service = RetentionService(
            store: try await SQLMessageStore(database: database), schedule: configuration.retention,
            key: try IdentityKey.existing(configuration.identityKeyFile), now: { Instant(Date()) })
        do {
            let code = try await run(action, service, database, configuration, arguments, reason)
            if action == "run" { await configuration.sealTrail(of: database) }
            await database.close()
            return code
        } catch {
            await database.close()
            throw error
        }
    }

    private static func run(
        _ action: String, _ service: RetentionService, _ database: any Database,
        _ configuration: Configuration, _ arguments: Arguments, _ reason: String
    ) async throws -> Int32 {
        switch action {
        case "plan":
            return report(try await service.plan(at: try moment(arguments["at"])), .due, arguments)
        case "run":
            let file = database as? SQLiteDatabase
            guard file != nil || !arguments.has("rewrite") else {
                throw CommandFailure(
                    "--rewrite 只用于文件存储；PostgreSQL 请用 VACUUM。",
                    "--rewrite is for a store in a file; of PostgreSQL use VACUUM.")
            }
            let before = size(of: configuration.storePath)
            let figures = try await service.run(
                by: Caller(role: .operator, id: "command-line", operatorRole: .administrator), reason: reason
            ) {
                Terminal.progress("\($0.title.zh)：\($1)", "\($0.title.en): \($1)")
            }
            Terminal.progress("")
            if arguments.has("rewrite") { try await file?.rewrite() }
            let code = report(figures, .erased, arguments)
            if let file, !arguments.has("json") {
                try await tellSize(of: configuration.storePath, before: before, file)
            }
            return code
        case "proof": return try await prove(service, arguments)
        default: throw UsageError("写 plan、run 或 proof", "say plan, run or proof")
        }
    }

    /// What became of what was found.
    private enum Stage: String {
        case due, erased

        var title: LocalizedText {
            switch self {
            case .due: LocalizedText("将删除", "due")
            case .erased: LocalizedText("已删除", "erased")
            }
        }
    }

    private static func table(_ header: [LocalizedText], _ rows: [[String]]) -> String {
        var table = Table(header)
        for row in rows { table.add(row) }
        return table.text
    }

    // MARK: Plan and run

    /// - Returns: 1 where rows could not be read.
    private static func report(_ figures: [RetentionFigures], _ stage: Stage, _ arguments: Arguments) -> Int32 {
        let unreadable = figures.flatMap(\.found.unreadable)
        if arguments.has("json") {
            let kinds = figures.map { figure in
                JSONValue.compact([
                    ("kind", .string(figure.kind.rawValue)),
                    ("days", figure.rule.days.map { JSONValue($0) } ?? "forever"),
                    ("basis", ["zh": .string(figure.rule.basis.zh), "en": .string(figure.rule.basis.en)]),
                    (stage.rawValue, JSONValue(figure.found.due)), ("held", JSONValue(figure.found.held)),
                    ("oldest", .text(figure.found.oldest?.rfc3339)),
                ])
            }
            Terminal.print(
                JSONValue.object(
                    JSONObject([
                        ("kinds", .array(kinds)), ("unreadable", .array(unreadable.map { .string($0) })),
                    ])
                ).text(pretty: true))
        } else {
            Terminal.print(
                table(
                    [
                        LocalizedText("种类", "kind"), LocalizedText("期限（日）", "days"), stage.title,
                        LocalizedText("暂留", "held"), LocalizedText("最早", "oldest"), LocalizedText("依据", "basis"),
                    ],
                    figures.map { figure in
                        [
                            figure.kind.told,
                            figure.rule.days.map { "\($0)" } ?? LocalizedText("永久", "forever").spoken,
                            "\(figure.found.due)",
                            "\(figure.found.held)", figure.found.oldest.map { String($0.rfc3339.prefix(10)) } ?? "–",
                            LocalizedText(zh: figure.rule.basis.zh, en: figure.rule.basis.en).spoken,
                        ]
                    }))
            Terminal.print(
                "暂留：已过期限，因尚有未结之事而保留", "held: old, and kept since something about it is not finished")
        }
        unreadable.forEach { Terminal.complain("\($0)；未予处理", "\($0); it was left alone") }
        return unreadable.isEmpty ? 0 : 1
    }

    private static func tellSize(of path: String, before: Int, _ database: SQLiteDatabase) async throws {
        let after = size(of: path)
        Terminal.print("存储：此前 \(before) 字节，现在 \(after) 字节", "store: \(before) bytes before, \(after) after")
        if try await !database.canShrink() {
            Terminal.print(
                "此文件由早期版本建立，不会自行缩小；请停一次网关，用 run --rewrite",
                "the file is of an earlier release and does not shrink; stop the gateway once and use run --rewrite")
        }
    }

    private static func size(of path: String) -> Int {
        [path, path + "-wal"].map { file in
            var status = stat()
            return stat(file, &status) == 0 ? Int(status.st_size) : 0
        }.reduce(0, +)
    }

    private static func moment(_ text: String?) throws(UsageError) -> Instant? {
        guard let text else { return nil }
        guard let moment = Timestamp(rfc3339: text + "T23:59:59+08:00") else {
            throw UsageError("--at 写日期，如 2027-03-31", "--at takes a day such as 2027-03-31")
        }
        return Instant(moment)
    }

    // MARK: Proof

    private static func prove(_ service: RetentionService, _ arguments: Arguments) async throws -> Int32 {
        let proof = try await service.prove()
        if arguments.has("json") {
            Terminal.print(
                JSONValue.object(
                    JSONObject([
                        ("whole", .bool(proof.isWhole)), ("erasures", .array(proof.erasures.map(\.json))),
                        (
                            "flaws",
                            .array(
                                proof.flaws.map { ["erasure": JSONValue($0.seq), "flaw": .string($0.flaw.rawValue)] })
                        ),
                        ("trail", .string(proof.trail.report.en)), ("head", .string(proof.trail.head.hash)),
                    ])
                ).text(pretty: true))
        } else {
            Terminal.print(
                table(
                    [
                        LocalizedText("编号", "erasure"), LocalizedText("时间", "at"), LocalizedText("种类", "kind"),
                        LocalizedText("部分", "part"), LocalizedText("期限（日）", "days"), LocalizedText("条数", "records"),
                        LocalizedText("字节", "bytes"), LocalizedText("最早", "first"), LocalizedText("最晚", "last"),
                        LocalizedText("摘要", "digest"),
                    ],
                    proof.erasures.map { erasure in
                        [
                            "\(erasure.seq)", String(erasure.at.rfc3339.prefix(19)), erasure.part.kind.told,
                            erasure.part.rawValue,
                            erasure.days.map { "\($0)" } ?? LocalizedText("依请求", "on request").spoken,
                            "\(erasure.records)",
                            "\(erasure.bytes)", String(erasure.first.rfc3339.prefix(10)),
                            String(erasure.last.rfc3339.prefix(10)), erasure.digest,
                        ]
                    }))
            let (report, head) = (proof.trail.report, proof.trail.head.hash)
            Terminal.print("\(report.zh)链尾 \(head)。", "\(report.en) Head \(head).")
        }
        for (seq, flaw) in proof.flaws {
            Terminal.complain("第 \(seq) 次删除：\(flaw.text.zh)", "erasure \(seq): \(flaw.text.en)")
        }
        return proof.isWhole ? 0 : 1
    }
}

extension RetentionKind {
    /// By its word in `retention.xml`, and what that means.
    fileprivate var told: String { "\(rawValue) \(title.spoken)" }
}
