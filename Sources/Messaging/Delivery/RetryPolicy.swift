/// How often and how patiently a push is repeated: exponential back-off with full jitter and a cap.
public struct RetryPolicy: Sendable, Hashable {
    /// The upper bound of the wait after the first attempt, milliseconds.
    public var base: Int64
    /// The upper bound of every wait, milliseconds: as late as that a receiver may be found to be back.
    public var cap: Int64
    public var maxAttempts: Int
    /// Milliseconds after which a message is of no use any more. Ten days outlast the longest public holidays.
    public var keep: Int64

    public init(
        base: Int64 = 2_000, cap: Int64 = 3_600_000, maxAttempts: Int = 100, keep: Int64 = 240 * 3_600_000
    ) {
        self.base = base
        self.cap = cap
        self.maxAttempts = maxAttempts
        self.keep = keep
    }

    /// How long to wait after the given attempt, or `nil` when the message should be given up.
    ///
    /// - Parameters:
    ///   - attempt: counted from 1.
    ///   - random: uniform in 0..<1. Full jitter: partners that came back are not hit by everybody at once.
    ///   - retryAfter: what the receiver asked for (RFC 9110 §10.2.3); never waited less than that, nor over the cap.
    public func wait(afterAttempt attempt: Int, random: Double, retryAfter: Duration? = nil) -> Duration? {
        guard attempt < maxAttempts else { return nil }
        let bound = attempt > 40 ? cap : min(cap, base << Int64(max(0, attempt - 1)))
        let jittered = Int64(Double(bound) * min(max(random, 0), 1))
        let asked = retryAfter.map { $0.components.seconds * 1000 } ?? 0
        return .milliseconds(min(cap, max(jittered, asked, 1)))
    }
}
