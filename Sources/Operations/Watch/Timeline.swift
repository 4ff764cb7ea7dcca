import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// Everything that happened to one referral, in order.
public struct Timeline: Sendable {
    /// What kind of step it is, for those who show it.
    public enum Kind: String, Sendable, CaseIterable {
        case received, translated, queued, waiting, finished, dead, history, status, act
    }

    public struct Step: Sendable {
        public let at: Instant
        /// When it happened, where it was reported later.
        public var occurredAt: Instant?
        public let kind: Kind
        /// The referral, the application or the envelope.
        public let subject: String
        public let label: String
        public let actor: String
        public let detail: String?
    }

    public let trace: Trace
    /// Oldest first.
    public let steps: [Step]

    init(_ trace: Trace) {
        self.trace = trace
        let referral = trace.referral
        var steps: [Step] = []
        if let mapping = referral.mappingID {
            steps.append(
                Step(
                    at: referral.receivedAt, kind: .translated, subject: referral.id, label: "translated",
                    actor: "gateway",
                    detail:
                        "\(mapping) v\(referral.mappingVersion ?? 0), \(referral.encoding ?? "?"): \(referral.outcome.rawValue)"
                )
            )
        }
        for entry in trace.history {
            steps.append(
                Step(
                    at: entry.entry.at, occurredAt: entry.entry.occurredAt,
                    kind: entry.entry.event == .entry(.received) ? .received : .history,
                    subject: entry.subject, label: entry.entry.event.rawValue, actor: entry.entry.shownActor,
                    detail: Self.detail(of: entry.entry)))
        }
        for message in trace.messages { steps += Self.steps(of: message) }
        steps += trace.statuses.map {
            Step(
                at: $0.at, kind: .status, subject: $0.applicationNo, label: "status \($0.code.rawValue)",
                actor: "gateway",
                detail: nil)
        }
        steps += trace.acts.map {
            Step(
                at: $0.at, kind: .act, subject: $0.subject, label: $0.action, actor: $0.actor,
                detail: $0.detail.asFreeText)
        }
        // What came in at one moment stays in the order of the walk.
        self.steps = steps.enumerated().sorted { left, right in
            (left.element.at, Self.rank(left.element.kind), left.offset)
                < (right.element.at, Self.rank(right.element.kind), right.offset)
        }.map(\.element)
    }

    /// What somebody wrote as the reason of a step; every other detail is of the gateway's own making.
    private static func detail(of entry: HistoryEntry) -> String? {
        switch entry.event {
        case .entry(.released), .entry(.dead), .entry(.withdrawalReceived), .entry(.discarded), .entry(.retried),
            .entry(.editedAndResent), .entry(.leadContacted), .entry(.leadDeclined), .entry(.leadPassedOn),
            .entry(.returned),
            .entry(.queueChosen):
            entry.actor == "courier" ? entry.detail : entry.detail?.asFreeText
        case .entry, .step: entry.detail
        }
    }

    /// A receiver's answer in the courier's words, or why an institution has given it back.
    private static func problem(of message: MessageStanding) -> String {
        message.problem?.asFreeText ?? ""
    }

    private static func rank(_ kind: Kind) -> Int { Kind.allCases.firstIndex(of: kind) ?? 0 }

    private static func steps(of message: MessageStanding) -> [Step] {
        func step(_ at: Instant, _ kind: Kind, _ label: String, _ detail: String?) -> Step {
            Step(at: at, kind: kind, subject: message.id, label: label, actor: "gateway", detail: detail)
        }
        let target = message.recipient.map { "\(message.channel.rawValue) → \($0)" } ?? message.channel.rawValue
        var steps: [Step] = []
        if message.channel != .referral { steps.append(step(message.createdAt, .queued, "queued", target)) }
        switch message.state {
        case .queued:
            if message.attempt > 0, let at = message.readyAt {
                steps.append(
                    step(at, .waiting, "next attempt", "\(message.attempt) failed: \(Self.problem(of: message))"))
            }
        case .leased:
            if let at = message.readyAt { steps.append(step(at, .waiting, "lease ends", "attempt \(message.attempt)")) }
        case .delivered, .discarded:
            // A dead letter of the referral channel goes nowhere: it ends when a resent one takes its place.
            let isResent = message.channel == .referral && message.state == .delivered
            if let at = message.finishedAt {
                steps.append(step(at, .finished, isResent ? "resent" : message.state.rawValue, target))
            }
        case .dead:
            if let at = message.deadSince { steps.append(step(at, .dead, "dead", message.cause?.name)) }
        }
        return steps
    }
}
