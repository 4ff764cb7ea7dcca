import Synchronization

/// How often each caller may call: a minute's calls at once, and then as many as come to it by the second (token bucket).
public final class CallRate: Sendable {
    private struct Bucket {
        var calls: Double
        var at: ContinuousClock.Instant
    }

    private let perMinute: @Sendable (Caller) -> Int?
    private let buckets = Mutex<[Caller: Bucket]>([:])

    /// - Parameter perMinute: nothing for a caller that may call as often as it likes.
    public init(perMinute: @escaping @Sendable (Caller) -> Int?) { self.perMinute = perMinute }

    /// - Throws: `Problem` `.rateExceeded`, with the seconds until the next call is taken.
    func take(_ caller: Caller, at now: ContinuousClock.Instant = .now) throws(Problem) {
        guard let perMinute = perMinute(caller) else { return }
        let wait = buckets.withLock { buckets -> Double? in
            var bucket = buckets[caller] ?? Bucket(calls: Double(perMinute), at: now)
            let passed = (now - bucket.at) / .seconds(60)
            bucket.calls = min(Double(perMinute), bucket.calls + passed * Double(perMinute))
            bucket.at = now
            defer { buckets[caller] = bucket }
            guard bucket.calls < 1 else {
                bucket.calls -= 1
                return nil
            }
            return (1 - bucket.calls) / Double(perMinute) * 60
        }
        if let wait { throw Self.exceeded(wait) }
    }

    private static func exceeded(_ wait: Double) -> Problem {
        var problem = Problem(
            .rateExceeded, zh: "调用过于频繁，未接收本次请求，请按 Retry-After 稍后重发。",
            en: "Too many calls; nothing was taken. Send again after Retry-After.")
        problem.headers = [("Retry-After", "\(max(1, Int(wait.rounded(.up))))")]
        return problem
    }
}
