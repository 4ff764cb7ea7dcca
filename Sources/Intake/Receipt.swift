import Canonical
import Messaging
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// The answers a sender reads, in the shapes of the HTTP contract.
enum Receipt {
    /// One record's receipt.
    static func body(
        referralID: String, record: IntakeRecord, step: Pipeline.Step, stamp: Stamp, documentFindings: [Finding]
    ) -> JSONValue {
        var receipt = JSONObject()
        receipt.reserveCapacity(12)
        receipt["referralId"] = .string(referralID)
        receipt["applicationNo"] = .text(record.applicationNo)
        receipt["messageId"] = .text(step.messageID)
        receipt["outcome"] = .string(step.outcome.rawValue)
        receipt["receivedAt"] = .string(stamp.receivedAt.rfc3339)
        receipt["digest"] = ["sm3": .string(stamp.digest)]
        addResult(of: step, findings: documentFindings + step.findings, to: &receipt)
        receipt["queue"] = .text(record.queue) ?? .null
        receipt["handoverTo"] = .text(record.handover.to)
        return .object(receipt)
    }

    /// A follow-up's receipt, once it is known whether its application is here.
    static func settled(_ receipt: JSONValue, _ followUp: FollowUp, applications: [ApplicationRecord]) -> JSONValue {
        var receipt = receipt
        guard let first = applications.first else {
            receipt["outcome"] = .string(Outcome.parked.rawValue)
            receipt["parked"] = [
                "since": .string(followUp.receivedAt.rfc3339), "until": .string(followUp.keepUntil.rfc3339),
                "reason": "所指转介尚未收到，收到后自动并入；逾期转人工处理",
            ]
            return receipt
        }
        receipt["outcome"] = .string(Outcome.accepted.rawValue)
        receipt["applicationNo"] = .string(first.applicationNo)
        if applications.count > 1 {
            receipt["applications"] = .array(applications.map { .string($0.applicationNo) })
        }
        receipt["queue"] = .text(first.queue) ?? .null
        receipt["missing"] = first.application.value("missing") ?? []
        return receipt
    }

    /// What triage and translation say, the same in a receipt and in a dry run.
    private static func addResult(of step: Pipeline.Step, findings: [Finding], to object: inout JSONObject) {
        object["queue"] = queue(of: step)
        object["findings"] = .array(findings.map(\.json))
        object["missing"] = .array(step.assessment?.missing ?? [])
        object["clocks"] = .array(step.assessment?.clocks.map(\.json) ?? [])
        object["hints"] = .array(step.assessment?.hints.map(\.json) ?? [])
    }

    /// The whole document's receipt: its only record's, or one with all of them under `results`.
    static func whole(
        _ results: [JSONValue], referralID: String, walk: Pipeline.Walk, stamp: Stamp
    ) -> JSONValue {
        if results.count == 1, let only = results.first { return only }
        return .compact([
            ("referralId", .string(referralID)),
            ("messageId", .text(walk.messageID)),
            ("outcome", .string(walk.outcome.rawValue)),
            ("receivedAt", .string(stamp.receivedAt.rfc3339)),
            ("digest", ["sm3": .string(stamp.digest)]),
            ("results", .array(results)),
        ])
    }

    /// The answer to a document that nothing could be made of. It is kept; a corrected one may use the same id.
    static func problem(_ walk: Pipeline.Walk, referralID: String) -> Problem {
        var problem = Problem(
            .notTranslatable, zh: "报文已留存，但无法转换为法律援助申请。请按 errors 所列逐项更正后重新发送，可沿用原报文编号。",
            en:
                "The message was kept but cannot become an application. Mend what errors lists and send it again; the id may be reused."
        )
        let findings = walk.findings + walk.records.flatMap(\.findings)
        let errors = findings.filter { $0.severity == .error }
        problem.errors = (errors.isEmpty ? findings : errors).map(\.json)
        problem.members = [("messageId", .string(referralID))]
        return problem
    }

    /// What a dry run answers (`POST /v1/translate`, `gateway translate --json`).
    static func dryRun(_ walk: Pipeline.Walk) -> JSONValue {
        .compact([
            ("mapping", walk.translation.mapping.map(\.json) ?? .null),
            ("format", .text(walk.translation.format?.rawValue)),
            ("encoding", .text(walk.translation.encoding?.rawValue)),
            ("outcome", .string(walk.outcome.rawValue)),
            ("findings", walk.findings.isEmpty ? nil : .array(walk.findings.map(\.json))),
            ("results", .array(walk.records.map { dryRunRecord($0, isExplained: walk.translation.isExplained) })),
            ("coverage", coverage(of: walk.translation)),
        ])
    }

    /// How much of the source was read; what was not may be a field that the mapping should know.
    private static func coverage(of translation: TranslatedDocument) -> JSONValue? {
        guard translation.isExplained else { return nil }
        return [
            "leaves": JSONValue(translation.leaves), "read": JSONValue(translation.leaves - translation.unread.count),
            "unread": .array(translation.unread.map(\.json)),
        ]
    }

    private static func dryRunRecord(_ step: Pipeline.Step, isExplained: Bool) -> JSONValue {
        var record = JSONObject([("outcome", .string(step.outcome.rawValue))])
        record["messageId"] = .text(step.messageID)
        record["application"] = .object(step.application.content)
        addResult(of: step, findings: step.findings, to: &record)
        if let trace = step.assessment?.trace, !trace.isEmpty { record["rules"] = .array(trace.map(\.explanation)) }
        if isExplained {
            record["explanation"] = .array(step.traces.map(\.json))
            record["unfilled"] = .array(step.unfilled.map(JSONValue.string))
        }
        return .object(record)
    }

    private static func queue(of step: Pipeline.Step) -> JSONValue {
        if case .queue(let institution, _) = step.assessment?.target { .string(institution) } else { .null }
    }
}
