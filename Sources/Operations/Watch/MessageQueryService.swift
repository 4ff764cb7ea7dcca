import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// What is under way: queues, partners, and what happened to a message.
public struct MessageQueryService: Sendable {
    /// Identifiers are given before the commit: the index waits until no earlier one can still come.
    private static let indexDelaySeconds = 30
    private static let day = 86_400

    let store: any MessageQueryStore
    let registry: Registry
    let endpoints: EndpointService
    let references: any ReferenceReading
    let now: @Sendable () -> Instant

    init(
        store: any MessageQueryStore, registry: Registry, endpoints: EndpointService,
        references: any ReferenceReading, now: @escaping @Sendable () -> Instant
    ) {
        self.references = references
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

    /// One partner with its figures of the last 24 hours; nothing where none is registered under that id.
    public func partner(_ id: String) async throws(StoreError) -> PartnerFigures? {
        registry.partners[id] == nil
            ? nil : try await store.partnerFigures(id, since: now().advanced(seconds: -Self.day))
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

    /// What an index cannot tell is looked for in so many days, unless days are named.
    public static let searchedDays = 31
    /// More are told as so many and more.
    public static let mostCounted = 10_000

    /// Newest first, with how many there are at most `mostCounted`; of a filter without days, the last `searchedDays`.
    public func messages(
        _ filter: MessageFilter, before id: String?, limit: Int
    ) async throws(StoreError) -> (messages: [ReferralSummary], total: Int, isBounded: Bool) {
        var bounded = filter
        let isBounded = filter.isSearching && filter.from == nil
        if isBounded { bounded.from = (filter.until ?? now()).advanced(seconds: -Self.searchedDays * Self.day) }
        return (
            try await store.referrals(bounded, before: id, limit: limit),
            try await store.countReferrals(bounded, atMost: Self.mostCounted), isBounded
        )
    }

    /// By whatever number somebody quotes, or its end; a court's number with brackets or without. Letter and case numbers
    /// and ends are found half a minute after they came.
    public func find(_ quoted: String, limit: Int = 50) async throws(StoreError) -> [ReferralSummary] {
        let quoted = quoted.filter { !$0.isWhitespace }
        guard !quoted.isEmpty else { return [] }
        let partners = registry.partners.keys.sorted()
        let bracketed = quoted.replacing(/^(19|20)\d\d(?!\d)/) { "(\($0.output.0))" }
        let court = CourtCaseNumber(parsing: quoted)?.canonical
        let spellings = [quoted, court, bracketed == quoted ? nil : bracketed].compactMap(\.self)
        for spelling in spellings {
            let found = try await store.findReferrals(spelling, partners: partners, limit: limit)
            if !found.isEmpty { return found }
        }
        // The index has the last characters; a longer end must fit as well.
        let end = ReferencePath.normalised(quoted)
        guard let last = ReferencePath.end(of: quoted) else { return [] }
        return try await store.findReferrals(last, partners: partners, limit: 200).filter { found in
            ([found.id, found.messageID].compactMap(\.self) + found.applications.map(\.no)).contains {
                ReferencePath.normalised($0).hasSuffix(end)
            }
        }.prefix(limit).map(\.self)
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
            references, before: now().advanced(seconds: -Self.indexDelaySeconds), limit: limit)
    }
}
