import Messaging
import Observability
import StrictJSON
import Vocabulary

/// What intake counts and logs: outcomes, rules that fired, changed documents. No value of a document.
struct IntakeStatistics: Sendable {
    let metrics: Metrics
    let drift: DriftWatch
    let log: Log

    func note(_ admission: Admission, _ commit: IntakeCommit, _ walk: Pipeline.Walk) {
        let outcome = Self.name(of: admission)
        metrics.increment(
            "gateway_referrals_total", help: "Referrals answered, by partner and outcome.",
            labels: [("partner", commit.partnerID), ("outcome", outcome)])
        switch admission {
        case .new, .invalid:
            noteRules(of: walk)
            drift.observe(walk.translation, partner: commit.partnerID, at: commit.receivedAt.timestamp)
        case .same, .conflict, .superseded: break
        }
        log.info(
            "referral received",
            [
                ("referralId", .string(commit.referralID)), ("partner", .string(commit.partnerID)),
                ("outcome", .string(outcome)), ("mapping", .text(commit.mappingID) ?? .null),
                ("bytes", LogValue(commit.rawBytes.count)), ("digest", .string(String(commit.digest.prefix(8)))),
            ])
    }

    private static func name(of admission: Admission) -> String {
        switch admission {
        case .new(let receipt, _): receipt.outcome.rawValue
        case .invalid: Outcome.invalid.rawValue
        case .same: "replayed"
        case .conflict: "conflict"
        case .superseded: "superseded"
        }
    }

    /// Which rules had something to say about what was stored.
    private func noteRules(of walk: Pipeline.Walk) {
        for (rule, outcome) in walk.records.compactMap(\.assessment).flatMap(\.fired) {
            metrics.increment(
                "gateway_rule_fired_total", help: "Rules that fired on stored applications, by rule and outcome.",
                labels: [("rule", rule), ("outcome", outcome)])
        }
    }
}
