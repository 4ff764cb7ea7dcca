import Canonical
import Messaging
import Triage
import Vocabulary

/// Mappings and rules as they are in force at the moment; a reload may change them.
public protocol RulesInForce: Sendable {
    /// The days that are worked.
    var calendar: WorkingCalendar { get }
    /// Every rule by its number and title.
    var ruleBook: [RuleEntry] { get }
    var codeLists: CodeLists { get }
    /// What must not be overlooked although it stops nothing, such as a year without a calendar.
    func warnings(at now: Instant) -> [String]
}
