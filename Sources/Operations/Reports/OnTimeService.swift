import Canonical
import Messaging
import StrictJSON
import Triage
import Vocabulary

/// Counts how the time limits came out.
public struct OnTimeService: Sendable {
    private static let batch = 500

    let store: any ClockOutcomeStore
    let now: @Sendable () -> Instant
    let rules: any RulesInForce

    public init(
        store: any ClockOutcomeStore, now: @escaping @Sendable () -> Instant, rules: any RulesInForce
    ) {
        self.store = store
        self.now = now
        self.rules = rules
    }

    /// Clocks due in `[start, end)`, by kind. The cost is that of the time asked for, whatever else is stored.
    public func figures(from start: Instant, to end: Instant) async throws(StoreError) -> [OnTimeFigures] {
        let rules = rules.ruleBook
        var found: [String: OnTimeFigures] = [:]
        for running in [false, true] {
            var cursor: ClockOutcomeCursor?
            repeat {
                let page = try await store.clocksDue(
                    from: start, to: end, running: running, after: cursor, limit: Self.batch)
                for outcome in page {
                    let whole = try outcome.clock.read(as: Clock.init(stored:), of: outcome.applicationNo)
                    let kind = String(outcome.clock.id.prefix { $0 != "#" })
                    found[
                        kind,
                        default: OnTimeFigures(clock: kind, title: rules.title(ofClock: kind) ?? "", basis: whole.basis)
                    ].count(outcome.clock, whole, at: now())
                }
                cursor = page.count == Self.batch ? page.last.map { ClockOutcomeCursor($0) } : nil
            } while cursor != nil
        }
        return found.values.filter { $0.share != nil || $0.ended > 0 }.sorted { $0.clock < $1.clock }
    }
}
