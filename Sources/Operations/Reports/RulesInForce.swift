import Canonical
import Messaging
import Triage
import Vocabulary

/// Mappings and rules as they are in force at the moment; a reload may change them.
public protocol RulesInForce: Sendable {
    /// Every rule by its number and title.
    var ruleBook: [RuleEntry] { get }
    var codeLists: CodeLists { get }
    /// The years without a plan of days off that clocks reach into by now.
    func missingCalendars(at now: Instant) -> [Int]
    /// What says which thresholds are old.
    func oldThresholds(at now: Instant) -> [LocalizedText]
}
