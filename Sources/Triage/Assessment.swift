import Canonical
import StrictJSON
import Vocabulary

/// What a rule made of an application.
public enum RuleOutcome: String, Sendable, CaseIterable {
    case indicated, notIndicated, insufficientData, conflict
}

/// Which rule fired and why: places, never values.
public struct RuleResult: Sendable, Hashable {
    public let rule: String
    /// What it says, for people.
    public let title: String
    public let outcome: RuleOutcome
    /// A code that it points to: a matter item, a ground of exemption, a group, an institution.
    public let indicates: String?
    /// Canonical paths, such as `groupFlags[1].code`; `shares[0]` is evidence on file.
    public let evidence: [String]
    public let basis: String
    public let version: Int
    /// The rule's test, as its file has it.
    public let condition: String?

    /// As receipts and consoles show it.
    public var json: JSONValue { .object(members) }

    /// With the test, for whoever asks why a rule did or did not fire.
    public var explanation: JSONValue {
        var explained = members
        explained["condition"] = .text(condition)
        return .object(explained)
    }

    private var members: JSONObject {
        let compact = JSONValue.compact([
            ("rule", .string(rule)), ("outcome", .string(outcome.rawValue)), ("basis", .string(basis)),
            ("ruleVersion", JSONValue(version)), ("note", title.isEmpty ? nil : .string(title)),
            ("indicates", .text(indicates)), ("evidence", .array(evidence.map(JSONValue.string))),
        ])
        return compact.object ?? JSONObject()
    }
}

/// A fact that the institution will want, with its basis: never a decision.
public typealias Hint = RuleResult

/// How much an application is in a hurry.
public struct Urgency: Sendable, Hashable {
    public enum Level: Int, Sendable, Comparable, CaseIterable {
        case normal, urgent, critical

        public var name: String {
            switch self {
            case .normal: "normal"
            case .urgent: "urgent"
            case .critical: "critical"
            }
        }

        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// What a rule adds: `priority` goes before others of its level (军人地位和权益保障法 61).
    enum Rank: String, Sendable, CaseIterable { case priority, urgent, critical }

    public internal(set) var level = Level.normal
    public internal(set) var hasPriority = false
    /// The rules that say so.
    public internal(set) var reasons: [String] = []

    /// Higher goes first.
    public var priority: Int { level.rawValue * 2 + (hasPriority ? 1 : 0) }

    mutating func add(_ rank: Rank, rule: String) {
        if !reasons.contains(rule) { reasons.append(rule) }
        switch rank {
        case .priority: hasPriority = true
        case .urgent: level = max(level, .urgent)
        case .critical: level = .critical
        }
    }
}

/// Why no institution follows from the rules; a person chooses.
public struct Unroutable: Sendable, Hashable {
    public enum Reason: String, Sendable, CaseIterable {
        case noRule, severalInstitutions
        /// Another city or province is competent.
        case externalHandover
    }

    public let reason: Reason
    public let rule: String
    /// Institutions to choose from; the first is proposed.
    public let candidates: [String]
    /// Where outside the city it belongs.
    public let region: String?

    public var detail: String {
        switch reason {
        case .noRule: "\(rule) 没有规则能确定承办机构，请人工选择（建议先由 \(candidates.first ?? "市中心") 首问负责）"
        case .severalInstitutions: "\(rule) 对应多个机构：\(candidates.joined(separator: "、"))，请人工选择"
        case .externalHandover: "\(rule) 不属于本市管辖，建议转交\(region ?? "外地")的法律援助机构（externalHandover）"
        }
    }

    var json: JSONValue {
        .compact([
            ("reason", .string(reason.rawValue)), ("ruleId", .string(rule)),
            ("candidates", .array(candidates.map(JSONValue.string))), ("region", .text(region)),
        ])
    }
}

/// What triage made of an application.
public struct Assessment: Sendable {
    public enum Target: Sendable, Hashable {
        case queue(String, rule: String)
        /// No rule, or more than one institution, fits: a person chooses.
        case unroutable(Unroutable)
    }

    /// With target, scope, groups, hints, missing papers and urgency added.
    public let application: LegalAidApplication
    public let target: Target
    /// The pre-checks that fired, derived groups among them, in the file's order; all when asked to explain.
    public let rules: [RuleResult]
    /// The pre-checks that the institution should read.
    public let hints: [Hint]
    public let clocks: [Clock]
    public let missing: [JSONValue]
    public let urgency: Urgency
    /// Routing, clocks and papers too, when asked for: every rule with its outcome.
    public let trace: [RuleResult]

    /// The rules that had something to say, the route among them, each once for each outcome.
    public var fired: [(rule: String, outcome: String)] {
        var fired: [(rule: String, outcome: String)] = []
        for result in rules where result.outcome != .notIndicated {
            if !fired.contains(where: { $0 == (result.rule, result.outcome.rawValue) }) {
                fired.append((result.rule, result.outcome.rawValue))
            }
        }
        switch target {
        case .queue(_, let rule): fired.append((rule, RuleOutcome.indicated.rawValue))
        case .unroutable(let reason): fired.append((reason.rule, reason.reason.rawValue))
        }
        return fired
    }

    /// What the rules say, in places and codes: never a value of the application. With every rule that was asked where
    /// an explanation was wanted.
    public var members: [(String, JSONValue?)] {
        [
            ("target", application.value("target")), ("urgency", application.value("urgency")),
            ("clocks", .array(clocks.map(\.json))), ("hints", .array(hints.map(\.json))),
            ("rules", .array(trace.map(\.explanation))),
        ]
    }

    /// Higher goes first.
    public var priority: Int { urgency.priority }
    /// When the institution must have acted at the latest.
    public var dueAt: Timestamp? { clocks.filter { $0.bound == .institution && $0.isRunning }.map(\.dueAt).min() }
    /// The clock that ends first of those still to be met.
    public var mostUrgentClock: Clock? {
        clocks.filter { $0.isMet == nil && $0.isRunning }.min { ($0.targetAt, $0.id) < ($1.targetAt, $1.id) }
    }
}
