import Canonical
import Messaging
import StrictJSON
import Transport
import Triage
import Vocabulary

/// Which rules made an application what it is, and what they would make of it now: places and codes, never a value.
public struct RuleTrace: Sendable {
    /// One look of the rules at the application.
    public struct Look: Sendable {
        /// The digest of the set that was asked; nothing where it was not noted.
        public let rules: String?
        /// The institution with the rule that names it, or why there is none; nothing where no rule was asked.
        public let target: JSONValue?
        public let urgency: JSONValue?
        public let hints: [JSONValue]
    }

    /// What the two looks say differently.
    public struct Difference: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            case target, urgency
            case rule(String)
        }

        public let kind: Kind
        public let then: String?
        public let now: String?
    }

    public let applicationNo: String
    public let receivedAt: Instant
    public let then: Look
    public let now: Look
    /// Every rule that was asked now, with its outcome and why.
    public let results: [RuleResult]

    /// - Parameter rules: the set that was in force when it came.
    init(_ look: Reassessment, decidedBy rules: String?) {
        applicationNo = look.applicationNo
        receivedAt = look.receivedAt
        then = Look(rules: rules, look.application, hints: look.application.value("precheck")?.array ?? [])
        now = Look(rules: look.rules, look.now.application, hints: look.now.hints.map(\.json))
        results = look.now.trace
    }

    /// Nothing where it is not known which set was asked then.
    public var isSameSet: Bool? { then.rules.map { $0 == now.rules } }

    /// A lead was put before no rule.
    public var wasAssessed: Bool { then.target != nil }

    /// What fired or could not be said, in the order in which the rules are asked.
    public var telling: [RuleResult] { results.filter { $0.outcome != .notIndicated } }
    public var silent: [RuleResult] { results.filter { $0.outcome == .notIndicated } }

    /// The content may have changed since as well as the rules: supplements, evidence.
    public var differences: [Difference] {
        guard wasAssessed else { return [] }
        let (before, after) = (then.outcomes, now.outcomes)
        let whole = [
            Difference(kind: .target, then: then.place, now: now.place),
            Difference(kind: .urgency, then: then.level, now: now.level),
        ]
        let rules = Set(before.keys).union(after.keys).sorted().map {
            Difference(kind: .rule($0), then: before[$0], now: after[$0])
        }
        return (whole + rules).filter { $0.then != $0.now }
    }

    public var json: JSONValue {
        .compact([
            ("applicationNo", .string(applicationNo)), ("receivedAt", .string(receivedAt.rfc3339)),
            ("sameRules", isSameSet.map(JSONValue.bool)), ("then", then.json), ("now", now.json),
            ("differences", .array(differences.map(\.json))),
            ("rules", .array(results.map(\.explanation))),
        ])
    }
}
