import Canonical
import Console
import Intake
import Messaging
import Observability
import Operations
import StrictJSON
import Translation
import Triage
import Vocabulary

/// The mappings and rules of the pipeline, as operators' services ask for them.
struct PipelineRules: RulesInForce, MappingCatalogue {
    let pipeline: Pipeline

    var ruleBook: [RuleEntry] { pipeline.triage.book }
    var codeLists: CodeLists { pipeline.translator.codeLists }
    var entries: [MappingEntry] { pipeline.translator.entries }
    func fieldTable(of mapping: String) -> FieldTable? { pipeline.translator.fieldTable(of: mapping) }
    func files(of mapping: String) -> MappingFiles? { pipeline.translator.files(of: mapping) }
    func missingCalendars(at now: Instant) -> [Int] {
        pipeline.triage.missingCalendars(on: now.timestamp.date)
    }
    func oldThresholds(at now: Instant) -> [LocalizedText] {
        pipeline.triage.oldThresholds(on: now.timestamp.date)
    }
}

/// The same, as the console shows them.
struct PipelineLibrary: Library {
    let pipeline: Pipeline
    let metrics: Metrics
    let now: @Sendable () -> Instant

    var mappings: [MappingTitle] { pipeline.translator.mappings }
    var ruleBook: [RuleEntry] { pipeline.triage.book }
    var codeLists: CodeLists { pipeline.translator.codeLists }
    func fieldTable(of mapping: String) -> FieldTable? { pipeline.translator.fieldTable(of: mapping) }
    func timesFired(_ rule: String) -> Int { Int(metrics.total("gateway_rule_fired_total", label: "rule", rule)) }

    func translate(_ bytes: [UInt8], by mapping: String?) -> JSONValue {
        let message = Pipeline.Message(
            bytes: bytes, mapping: mapping,
            receivedAt: now().timestamp, explain: true)
        return pipeline.pinned().walk(message).json
    }
}
