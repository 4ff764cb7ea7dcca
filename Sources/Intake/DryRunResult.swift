import StrictJSON
import Translation
import Triage

extension Pipeline.Walk {
    /// What a dry run answers (`POST /v1/translate`, `gateway translate --json`).
    public var json: JSONValue {
        .compact([
            ("mapping", translation.mapping.map(\.json) ?? .null),
            ("format", .text(translation.format?.rawValue)),
            ("encoding", .text(translation.encoding?.rawValue)),
            ("outcome", .string(outcome.rawValue)),
            ("findings", findings.isEmpty ? nil : .array(findings.map(\.json))),
            ("results", .array(records.map { $0.json(isExplained: translation.isExplained) })),
            ("coverage", coverage),
        ])
    }

    /// How much of the source was read; what was not may be a field that the mapping should know.
    private var coverage: JSONValue? {
        guard translation.isExplained else { return nil }
        return [
            "leaves": JSONValue(translation.leaves), "read": JSONValue(translation.leaves - translation.unread.count),
            "unread": .array(translation.unread.map(\.json)),
        ]
    }
}

extension Pipeline.Step {
    fileprivate func json(isExplained: Bool) -> JSONValue {
        var record = JSONObject([("outcome", .string(outcome.rawValue))])
        record["messageId"] = .text(messageID)
        record["application"] = .object(application.content)
        record.add(RecordResult(of: self, queue: assessment?.target.queue))
        if let trace = assessment?.trace, !trace.isEmpty { record["rules"] = .array(trace.map(\.explanation)) }
        if isExplained {
            record["explanation"] = .array(traces.map(\.json))
            record["unfilled"] = .array(unfilled.map(JSONValue.string))
        }
        return .object(record)
    }
}

extension Assessment.Target {
    /// The institution's queue, where the rules name one.
    fileprivate var queue: String? {
        switch self {
        case .queue(let institution, _): institution
        case .unroutable: nil
        }
    }
}
