import Vocabulary

/// How time limits came out.
public protocol ClockOutcomeStore: Sendable {
    /// Clocks that were due in `[start, end)`, in that order: those that are over, or those that still run. Paused ones
    /// are neither: their end is not known.
    func clocksDue(
        from start: Instant, to end: Instant, running: Bool, after cursor: ClockOutcomeCursor?, limit: Int
    ) async throws(StoreError) -> [ClockOutcome]
}
