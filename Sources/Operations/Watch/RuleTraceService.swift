import Canonical
import Messaging
import StrictJSON
import Transport
import Triage

extension RuleTrace.Difference {
    var json: JSONValue {
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

    init(rules: String?, _ application: LegalAidApplication, hints: [JSONValue]) {
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

    var outcomes: [String: String] {
        let said = hints.compactMap { hint -> (String, String)? in
            guard let rule = hint["rule"]?.string, !rule.hasPrefix(Self.related) else { return nil }
            return (rule, hint["outcome"]?.string ?? "")
        }
        // A rule with several clauses may say several things; in whatever order, they are the same.
        return Dictionary(grouping: said, by: \.0).mapValues { Set($0.map(\.1)).sorted().joined(separator: " ") }
    }

    var json: JSONValue {
        .compact([("rules", .text(rules)), ("target", target), ("urgency", urgency), ("hints", .array(hints))])
    }
}

/// Answers why an application went where it went, and which rules had something to say about it.
public struct RuleTraceService: Sendable {
    let log: any RuleLog
    let cases: any CaseServices

    /// - Throws: `Problem` `.notFound` for a number that no application has.
    public func trace(_ applicationNo: String) async throws -> RuleTrace {
        guard let look = try await cases.reassess(applicationNo: applicationNo) else {
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
