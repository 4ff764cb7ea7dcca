import Canonical
import Foundation
import Intake
import StrictJSON
import Triage
import Vocabulary

enum TriageCommand: Command {
    static let name = "triage"
    static let synopsis =
        "FILE... [--received DATE] [--evidence FILE] [--mapping ID] [--story FILE] [--json] [--config FILE]"
    static let summary = LocalizedText(
        "对文档应用分诊规则，显示哪些生效及原因，不存任何内容",
        "show which rules fire on documents and why, without storing anything")
    static let details: [HelpLine] =
        [
            .item(
                "FILE", "规范申请（JSON）或报送单位的文档；- 为标准输入",
                "canonical applications (JSON) or partners' documents; - for standard input"),
            .item(
                "--received DATE", "视同在该时收到：yyyy-MM-dd 或中国时间的 RFC 3339（默认现在）",
                "as if received then: yyyy-MM-dd or an RFC 3339 time in China (default now)"),
            .item(
                "--evidence FILE", "关于此人的状态共享，JSON 数组；仅用于规范申请",
                "a JSON array of status shares on file about the person; canonical applications only"),
            .item("--mapping ID", "报送单位的文档用这个映射", "use this mapping for partners' documents"),
            .item(
                "--story FILE", "在所选时间对每件申请演示事件：每行 时间 事件 [until 日期]，时间为日期或带时区的时间，第一个事件为 received；每个事件之后显示各时限",
                "play events at chosen times on each application: a line is TIME EVENT [until DATE], TIME a day or a time with its offset, the first event received; every clock is shown after each"
            ),
            .item("-o json, --json", "全部结果，每份文档一行 JSON", "the whole result as JSON, one document a line"),
            .config,
            .note(
                "退出码：0 每条都能评估，1 有不能的，2 写法不对。",
                "Exit codes: 0 every record could be assessed, 1 one could not, 2 wrong use."),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: ["received", "evidence", "mapping", "story", "config"], flags: ["json"])
        guard !arguments.words.isEmpty else { throw UsageError("至少写一个文件", "name at least one file") }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let pipeline = try Gateway.pipeline(configuration)
        let receivedAt = try moment(arguments["received"])
        let evidence = try arguments["evidence"].map(shares) ?? []
        let story = try arguments["story"].map(readStory)
        var everythingWasAssessed = true
        for file in arguments.words {
            let document = try bytes(of: file)
            let records: [Record]
            if let application = canonical(document) {
                let assessment = pipeline.triage.assess(
                    application, receivedAt: receivedAt, evidence: evidence, explain: true)
                records = [Record(outcome: Outcome.accepted.rawValue, assessment: assessment)]
            } else {
                records = pipeline.walk(
                    Pipeline.Message(
                        bytes: document, mapping: arguments["mapping"], receivedAt: receivedAt, explain: true)
                ).records.map { Record(outcome: $0.outcome.rawValue, assessment: $0.assessment) }
            }
            let wasAssessed = !records.isEmpty && records.allSatisfy { $0.assessment != nil }
            everythingWasAssessed = everythingWasAssessed && wasAssessed
            if let story {
                try play(story, on: records, of: file, by: pipeline.triage, arguments)
                continue
            }
            Terminal.print(
                arguments.has("json")
                    ? JSONValue.compact([("file", .string(file)), ("results", .array(records.map(\.json)))]).text()
                    : ([file] + records.flatMap(\.report)).joined(separator: "\n"))
        }
        return everythingWasAssessed ? 0 : 1
    }

    /// An application in the canonical form, alone or as a receipt's or lease's member.
    private static func canonical(_ bytes: [UInt8]) -> LegalAidApplication? {
        guard let value = try? JSONValue(parsing: bytes) else { return nil }
        let content = value["aidRoute"] == nil ? value["application"]?.object : value.object
        return content.flatMap { $0["aidRoute"] == nil ? nil : LegalAidApplication(content: $0) }
    }

    private static func moment(_ text: String?) throws(UsageError) -> Timestamp {
        guard let text else { return Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970)) }
        guard let moment = Timestamp(canonical: text) else {
            throw UsageError(
                "--received 写 yyyy-MM-dd 或 yyyy-MM-ddThh:mm:ss+08:00",
                "--received takes yyyy-MM-dd or yyyy-MM-ddThh:mm:ss+08:00")
        }
        return moment
    }

    private static func readStory(_ file: String) throws -> CaseStory {
        let text = String(decoding: try bytes(of: file), as: UTF8.self)
        do throws(CaseStory.Mistake) {
            return try CaseStory(text: text)
        } catch {
            throw UsageError(error.text.at("\(file):\(error.line)"))
        }
    }

    private static func play(
        _ story: CaseStory, on records: [Record], of file: String, by triage: Triage, _ arguments: Arguments
    ) throws(UsageError) {
        for record in records {
            guard let assessment = record.assessment else { continue }
            let moments: [CaseStory.Moment]
            do throws(CaseStory.Mistake) {
                moments = try story.play(assessment.application, by: triage)
            } catch {
                throw UsageError(error.text.at("\(arguments["story"] ?? ""):\(error.line)"))
            }
            Terminal.print(
                arguments.has("json")
                    ? JSONValue.compact([("file", .string(file)), ("story", .array(moments.map(\.json)))]).text()
                    : ([file] + moments.flatMap(\.report)).joined(separator: "\n"))
        }
    }

    private static func shares(_ file: String) throws -> [JSONValue] {
        guard let list = try? JSONValue(parsing: try bytes(of: file)).array else {
            throw UsageError(
                "--evidence 的文件应为 JSON 数组", "--evidence takes a file with a JSON array")
        }
        return list
    }

    /// One application before the rules, for people and for programs.
    private struct Record {
        let outcome: String
        let assessment: Assessment?

        var json: JSONValue {
            guard let assessment else { return ["outcome": .string(outcome)] }
            return .compact(
                [("outcome", .string(outcome)), ("missing", .array(assessment.missing))] + assessment.members)
        }

        var report: [String] {
            guard let assessment else {
                return [LocalizedText("  \(outcome)：没有可评估的内容", "  \(outcome): nothing for the rules to assess").spoken]
            }
            let target =
                switch assessment.target {
                case .queue(let institution, let rule):
                    LocalizedText("按 \(rule) 送 \(institution)", "to \(institution) by \(rule)").spoken
                case .unroutable(let reason): reason.detail
                }
            let urgency = assessment.urgency
            var lines = ["  \(target)"]
            let reasons = urgency.reasons.joined(separator: ", ")
            lines.append(
                LocalizedText(
                    "  紧急程度 \(urgency.level.name)" + (reasons.isEmpty ? "" : "，依 \(reasons)"),
                    "  urgency \(urgency.level.name)" + (reasons.isEmpty ? "" : " by \(reasons)")
                ).spoken)
            for clock in assessment.clocks {
                let met = clock.isMet.map { $0 ? LocalizedText("，已遵守", ", kept") : LocalizedText("，未遵守", ", not kept") }
                let (due, bound) = (clock.dueAt.rfc3339, clock.bound.rawValue)
                lines.append(
                    LocalizedText(
                        "  \(clock.id) 至 \(due)（\(bound)\(met?.zh ?? "")）\(clock.basis)",
                        "  \(clock.id) until \(due) (\(bound)\(met?.en ?? "")) \(clock.basis)"
                    ).spoken)
            }
            let fired = assessment.trace.filter { $0.outcome != .notIndicated }
            lines += [LocalizedText("  生效的规则：", "  rules that fired:").spoken] + fired.map { "    " + Self.line($0) }
            lines.append(LocalizedText("  未生效的规则及其条件：", "  rules that did not, with their tests:").spoken)
            lines += assessment.trace.filter { $0.outcome == .notIndicated }.map {
                "    \($0.rule)\($0.indicates.map { " " + $0 } ?? ""): "
                    + ($0.condition ?? LocalizedText("已由前面的规则确定", "an earlier rule decided").spoken)
            }
            return lines
        }

        private static func line(_ result: RuleResult) -> String {
            let names = result.evidence.joined(separator: ", ")
            let evidence = names.isEmpty ? nil : LocalizedText("，据 \(names)", " from \(names)")
            let rule =
                "\(result.rule) \(result.outcome.rawValue)\(result.indicates.map { " " + $0 } ?? "") \(result.title)"
            return LocalizedText(
                "\(rule)\(evidence?.zh ?? "")（\(result.basis)，版本 \(result.version)）",
                "\(rule)\(evidence?.en ?? "") (\(result.basis), version \(result.version))"
            ).spoken
        }
    }
}
