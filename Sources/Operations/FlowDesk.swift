import Journal
import Messaging
import StrictJSON
import Transport

/// What is under way: queues, partners, and what happened to a message.
public struct FlowDesk: Sendable {
    /// The numbers that senders and institutions quote, and where an application has them.
    static let references = [
        ReferencePath(kind: "letterNo", path: "source.letterNo"),
        ReferencePath(kind: "senderCaseRef", path: "source.senderCaseRef"),
        ReferencePath(kind: "caseNumber", path: "proceeding.caseNumber"),
        ReferencePath(kind: "caseNumber", path: "proceeding.caseNumberRaw"),
        ReferencePath(kind: "caseRef", path: "matter.supportProsecution.caseRef"),
        ReferencePath(kind: "letterNo", path: "matter.supportProsecution.letterNo"),
    ]
    /// Identifiers are given before the commit: the index waits until no earlier one can still come.
    private static let indexDelaySeconds = 30
    private static let indexBatch = 200
    private static let indexRest: Duration = .seconds(2)
    private static let day = 86_400

    let store: any FlowStore
    let registry: Registry
    let outlets: OutletDesk
    let now: @Sendable () -> Instant
    let log: Log

    public init(
        store: any FlowStore, registry: Registry, outlets: OutletDesk, now: @escaping @Sendable () -> Instant, log: Log
    ) {
        self.store = store
        self.registry = registry
        self.outlets = outlets
        self.now = now
        self.log = log
    }

    /// Every institution's queue, those without anything too.
    public func queues() async throws(StoreError) -> [QueueFigures] {
        let busy = try await store.queueFigures()
        let known = Set(busy.map(\.queue))
        let idle = registry.institutions.keys.filter { !known.contains($0) }.map {
            QueueFigures(queue: $0, depth: 0, oldest: nil, mostUrgent: nil, deadLetters: 0)
        }
        return (busy + idle).sorted { $0.queue < $1.queue }
    }

    /// Every partner with its figures of the last 24 hours.
    public func partners() async throws(StoreError) -> [PartnerFigures] {
        let since = now().advanced(seconds: -Self.day)
        var figures: [PartnerFigures] = []
        for id in registry.partners.keys.sorted() {
            figures.append(try await store.partnerFigures(id, since: since))
        }
        return figures
    }

    /// Messages an hour over the last 24, the oldest hour first.
    public func hourly() async throws(StoreError) -> [(from: Instant, count: Int)] {
        let hour: Int64 = 3_600_000
        let end = Instant(milliseconds: (now().milliseconds / hour + 1) * hour)
        var hours: [(from: Instant, count: Int)] = []
        for back in stride(from: Int64(24), to: 0, by: -1) {
            let from = end.advanced(milliseconds: -back * hour)
            hours.append(
                (from, try await store.countReferrals(from: from, to: from.advanced(milliseconds: hour))))
        }
        return hours
    }

    /// Newest first.
    public func messages(
        partner: String?, before id: String?, limit: Int
    ) async throws(StoreError) -> [ReferralSummary] {
        try await store.referrals(partner: partner, before: id, limit: limit)
    }

    /// By whatever number somebody quotes. Letter and case numbers are found half a minute after they came.
    public func find(_ quoted: String, limit: Int = 50) async throws(StoreError) -> [ReferralSummary] {
        let quoted = quoted.filter { !$0.isWhitespace }
        guard !quoted.isEmpty else { return [] }
        return try await store.findReferrals(quoted, partners: registry.partners.keys.sorted(), limit: limit)
    }

    /// What happened to a message, from any number that names it.
    ///
    /// - Throws: `Problem` `.notFound`, and `.badRequest` where several messages are named so.
    public func trace(_ quoted: String) async throws -> Timeline {
        guard let trace = try await store.trace(referral: try await one(quoted).id) else { throw Self.unknown }
        return Timeline(trace)
    }

    /// The one message that a number names.
    func one(_ quoted: String) async throws -> ReferralSummary {
        let found = try await find(quoted, limit: 2)
        guard let referral = found.first else { throw Self.unknown }
        guard found.count == 1 else {
            throw Problem(
                .badRequest, zh: "该编号对应多份报文，请先用 /v1/messages?q= 查询再选择。",
                en: "Several messages go by this number; find them with /v1/messages?q= and choose one.")
        }
        return referral
    }

    static let unknown = Problem(.notFound, zh: "没有找到这个编号对应的报文。", en: "No message goes by this number.")

    /// Keeps the index of quoted numbers up to date, until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do throws(StoreError) {
                let count = try await store.indexReferences(
                    Self.references, before: now().advanced(seconds: -Self.indexDelaySeconds), limit: Self.indexBatch)
                if count == Self.indexBatch { continue }
            } catch {
                log.warning("quoted numbers not indexed", [("error", .string(error.code))])
            }
            try? await Task.sleep(for: Self.indexRest)
        }
    }
}

/// Everything that happened to one referral, in order.
public struct Timeline: Sendable {
    /// What kind of step it is, for those who show it.
    public enum Kind: String, Sendable, CaseIterable {
        case received, translated, queued, waiting, finished, dead, history, status, act
    }

    public struct Step: Sendable {
        public let at: Instant
        public let kind: Kind
        /// The referral, the application or the envelope.
        public let subject: String
        public let event: String
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
                    at: referral.receivedAt, kind: .translated, subject: referral.id, event: "translated",
                    actor: "gateway",
                    detail:
                        "\(mapping) v\(referral.mappingVersion ?? 0), \(referral.encoding ?? "?"): \(referral.outcome)")
            )
        }
        for entry in trace.history {
            steps.append(
                Step(
                    at: entry.entry.at, kind: entry.entry.event == "received" ? .received : .history,
                    subject: entry.subject, event: entry.entry.event, actor: entry.entry.actor,
                    detail: entry.entry.detail))
        }
        for message in trace.messages { steps += Self.steps(of: message) }
        steps += trace.statuses.map {
            Step(
                at: $0.at, kind: .status, subject: $0.applicationNo, event: "status \($0.code)", actor: "gateway",
                detail: nil)
        }
        steps += trace.acts.map {
            Step(at: $0.at, kind: .act, subject: $0.subject, event: $0.action, actor: $0.actor, detail: $0.detail)
        }
        // What came in at one moment stays in the order of the walk.
        self.steps = steps.enumerated().sorted { left, right in
            (left.element.at, Self.rank(left.element.kind), left.offset)
                < (right.element.at, Self.rank(right.element.kind), right.offset)
        }.map(\.element)
    }

    private static func rank(_ kind: Kind) -> Int { Kind.allCases.firstIndex(of: kind) ?? 0 }

    private static func steps(of message: MessageStanding) -> [Step] {
        func step(_ at: Instant, _ kind: Kind, _ event: String, _ detail: String?) -> Step {
            Step(at: at, kind: kind, subject: message.id, event: event, actor: "gateway", detail: detail)
        }
        let target = message.recipient.map { "\(message.channel.rawValue) → \($0)" } ?? message.channel.rawValue
        var steps: [Step] = []
        if message.channel != .referral { steps.append(step(message.createdAt, .queued, "queued", target)) }
        switch DeliveryState.Name(rawValue: message.state) {
        case .queued:
            if message.attempt > 0, let at = message.readyAt {
                steps.append(step(at, .waiting, "next attempt", "\(message.attempt) failed: \(message.problem ?? "")"))
            }
        case .claimed:
            if let at = message.readyAt { steps.append(step(at, .waiting, "lease ends", "attempt \(message.attempt)")) }
        case .delivered, .discarded:
            // A letter of the referral channel goes nowhere: it ends when a resent one takes its place.
            let isResent = message.channel == .referral && message.state == DeliveryState.Name.delivered.rawValue
            if let at = message.finishedAt {
                steps.append(step(at, .finished, isResent ? "resent" : message.state, target))
            }
        case .dead:
            if let at = message.deadSince { steps.append(step(at, .dead, "dead", message.cause)) }
        case nil: break
        }
        return steps
    }
}
