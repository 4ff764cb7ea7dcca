import StrictJSON
import Vocabulary

/// A time limit that runs on one application, as the store keeps it.
public struct RunningClock: Sendable, Hashable {
    /// Such as `CLK-05`.
    public let id: String
    /// What it is to be remembered by: JSON of the clock with its pauses.
    public let content: [UInt8]
    public let dueAt: Instant
    /// From when on the due date is near; nothing where nobody is to be warned.
    public let soonAt: Instant?
    /// Whether it still runs: neither met, nor stopped, nor paused.
    public let isRunning: Bool
    /// When it was stopped, judged on receipt (its start then), or over with its case.
    public let endedAt: Instant?
    /// Nothing where it was not said when it was kept.
    public let standing: ClockStanding?

    public init(
        id: String, content: [UInt8], dueAt: Instant, soonAt: Instant?, isRunning: Bool, endedAt: Instant? = nil,
        standing: ClockStanding? = nil
    ) {
        self.id = id
        self.content = content
        self.dueAt = dueAt
        self.soonAt = soonAt
        self.isRunning = isRunning
        self.endedAt = endedAt
        self.standing = standing
    }
}

extension RunningClock {
    public func isOverdue(at now: Instant) -> Bool { dueAt < now }

    /// Not over, but near enough that somebody should be told.
    public func isDueSoon(at now: Instant) -> Bool { !isOverdue(at: now) && (soonAt.map { $0 <= now } ?? false) }

    /// What its content says, read by a room that knows clocks.
    ///
    /// - Throws: `StoreError.corrupt` where the content is none.
    public func read<Clock>(
        as make: (JSONValue) -> Clock?, of applicationNo: String
    ) throws(StoreError) -> Clock {
        guard let clock = make(try JSONValue(stored: content, "clock \(applicationNo) \(id)")) else {
            throw .corrupt("clock \(applicationNo) \(id) lacks what a clock has")
        }
        return clock
    }
}
