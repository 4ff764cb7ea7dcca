import Canonical
import Messaging
import StrictJSON
import Transport
import Triage

/// An application on file before the rules once more.
public struct Reassessment: Sendable {
    public let applicationNo: String
    public let receivedAt: Instant
    /// With what the rules said when it came.
    public let application: LegalAidApplication
    /// What they say now: the rules of the day of receipt, as they are loaded now, each with its outcome.
    public let now: Assessment
    /// The set that is loaded now.
    public let rules: String?

    public init(
        applicationNo: String, receivedAt: Instant, application: LegalAidApplication, now: Assessment, rules: String?
    ) {
        self.applicationNo = applicationNo
        self.receivedAt = receivedAt
        self.application = application
        self.now = now
        self.rules = rules
    }
}

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

extension RuleTrace.Difference {
    fileprivate var json: JSONValue {
        let about =
            switch kind {
            case .target: "target"
            case .urgency: "urgency"
            case .rule(let id): id
            }
        return .compact([("about", .string(about)), ("then", .text(then)), ("now", .text(now))])
    }
}

extension RuleTrace.Look {
    /// Related cases are found by another search, which leaves its words among the hints.
    private static let related = "DU-"

    fileprivate init(rules: String?, _ application: LegalAidApplication, hints: [JSONValue]) {
        self.rules = rules
        target = application.value("target")
        // What the sender claims beside it is its own words, which may tell of a person.
        urgency = application.value("urgency").map { .compact([("level", $0["level"]), ("reasons", $0["reasons"])]) }
        self.hints = hints
    }

    /// The institution, or why there is none.
    public var place: String? { target?["institutionCode"]?.string ?? target?["reason"]?.string }
    /// The routing rule that says so.
    public var rule: String? { target?["ruleId"]?.string }
    public var level: String? { urgency?["level"]?.string }

    fileprivate var outcomes: [String: String] {
        let said = hints.compactMap { hint -> (String, String)? in
            guard let rule = hint["rule"]?.string, !rule.hasPrefix(Self.related) else { return nil }
            return (rule, hint["outcome"]?.string ?? "")
        }
        // A rule with several clauses may say several things; in whatever order, they are the same.
        return Dictionary(grouping: said, by: \.0).mapValues { Set($0.map(\.1)).sorted().joined(separator: " ") }
    }

    fileprivate var json: JSONValue {
        .compact([("rules", .text(rules)), ("target", target), ("urgency", urgency), ("hints", .array(hints))])
    }
}

/// Answers why an application went where it went, and which rules had something to say about it.
public struct RuleDesk: Sendable {
    let log: any RuleLog
    let reassess: @Sendable (_ applicationNo: String) async throws -> Reassessment?

    /// - Throws: `Problem` `.notFound` for a number that no application has.
    public func trace(_ applicationNo: String) async throws -> RuleTrace {
        guard let look = try await reassess(applicationNo) else {
            throw Problem(.notFound, zh: "没有这份申请。", en: "There is no such application.")
        }
        return RuleTrace(look, decidedBy: try await log.rules(inForceAt: look.receivedAt))
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/applications/{id}/triage", may: .look) { _, visit in
                .json(try await trace(visit.value("id")).json)
            }
        ]
    }
}
