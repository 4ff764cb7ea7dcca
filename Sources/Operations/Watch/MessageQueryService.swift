import Messaging
import StrictJSON
import Transport
import Vocabulary

/// What is under way: queues, partners, and what happened to a message.
public struct MessageQueryService: Sendable {
    /// The numbers that senders and institutions quote, and where an application has them.
    static let references = [
        ReferencePath(name: "letterNo", path: "source.letterNo"),
        ReferencePath(name: "senderCaseRef", path: "source.senderCaseRef"),
        ReferencePath(name: "caseNumber", path: "proceeding.caseNumber"),
        ReferencePath(name: "caseNumber", path: "proceeding.caseNumberRaw"),
        ReferencePath(name: "caseRef", path: "matter.supportProsecution.caseRef"),
        ReferencePath(name: "letterNo", path: "matter.supportProsecution.letterNo"),
    ]
    /// Identifiers are given before the commit: the index waits until no earlier one can still come.
    private static let indexDelaySeconds = 30
    private static let day = 86_400

    let store: any MessageQueryStore
    let registry: Registry
    let endpoints: EndpointService
    let now: @Sendable () -> Instant

    public init(
        store: any MessageQueryStore, registry: Registry, endpoints: EndpointService,
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.registry = registry
        self.endpoints = endpoints
        self.now = now
    }

    /// Every institution's queue of applications, those without anything too.
    public func queues() async throws(StoreError) -> [QueueFigures] {
        try await figures(Array(registry.institutions.keys)) { !LeadQueue.isOne($0) }
    }

    /// The queues that bring institutions their leads, those without anything too.
    public func leadQueues() async throws(StoreError) -> [QueueFigures] {
        try await figures(registry.institutions.keys.map(LeadQueue.name), LeadQueue.isOne)
    }

    private func figures(
        _ names: [String], _ isWanted: (String) -> Bool
    ) async throws(StoreError) -> [QueueFigures] {
        let busy = try await store.queueFigures().filter { isWanted($0.queue) }
        let idle = Set(names).subtracting(busy.map(\.queue)).map {
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

    /// By whatever number somebody quotes. Dead letter and case numbers are found half a minute after they came.
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

    /// Brings the index of quoted numbers up to date.
    ///
    /// - Returns: how many messages were indexed, at most `limit`.
    public func indexReferences(limit: Int) async throws(StoreError) -> Int {
        try await store.indexReferences(
            Self.references, before: now().advanced(seconds: -Self.indexDelaySeconds), limit: limit)
    }
}
