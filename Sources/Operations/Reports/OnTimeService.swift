import Messaging
import Triage
import Vocabulary

/// Counts how the time limits came out.
public struct OnTimeService: Sendable {
    let store: any TallyStore
    let now: @Sendable () -> Instant
    let rules: any RulesInForce

    public init(store: any TallyStore, now: @escaping @Sendable () -> Instant, rules: any RulesInForce) {
        self.store = store
        self.now = now
        self.rules = rules
    }

    /// Clocks due in `[start, end)`, whole days, by kind and by kind and institution.
    public func figures(
        from start: Instant, to end: Instant
    ) async throws(StoreError) -> (all: [OnTimeFigures], byInstitution: [(institution: String, figures: OnTimeFigures)])
    {
        let tallies = try await store.clockTallies(from: start, to: end, now: now())
        let book = rules.ruleBook
        func figures(_ tallies: [ClockTally]) -> [OnTimeFigures] {
            Dictionary(grouping: tallies, by: \.clock).map { clock, tallies in
                tallies.reduce(
                    into: OnTimeFigures(
                        clock: clock, title: book.title(ofClock: clock) ?? "", basis: book.basis(ofClock: clock) ?? "")
                ) { $0.count($1.standing, $1.clocks) }
            }.filter { $0.share != nil || $0.ended > 0 }.sorted { $0.clock < $1.clock }
        }
        let institutions = Dictionary(grouping: tallies) { $0.institution ?? "" }.sorted { $0.key < $1.key }
        return (
            figures(tallies),
            institutions.flatMap { code, tallies in figures(tallies).map { (institution: code, figures: $0) } }
        )
    }
}
