import Vocabulary

/// Spares an address that does not answer (M. Nygard, *Release It!*, Circuit Breaker).
///
///     closed ──failures in a row──▶ open ──rest is over, one probe──▶ half-open ──success──▶ closed
///                                    ▲                                    │
///                                    └──────────────failure───────────────┘
public struct CircuitBreaker: Sendable, Hashable {
    public struct Policy: Sendable, Hashable {
        /// Failures in a row that open it.
        public var threshold: Int
        /// Milliseconds of the first rest; each further one is twice as long.
        public var rest: Int64
        /// The longest rest, milliseconds: as late as that the address may be found to be back.
        public var cap: Int64

        public init(threshold: Int = 5, rest: Int64 = 30_000, cap: Int64 = 900_000) {
            self.threshold = threshold
            self.rest = rest
            self.cap = cap
        }
    }

    public enum State: Sendable, Hashable {
        case closed(failures: Int)
        case open(until: Instant, openings: Int)
        case halfOpen(openings: Int)

        public enum Name: String, Sendable, CaseIterable {
            case closed, halfOpen, open
        }

        public var name: Name {
            switch self {
            case .closed: .closed
            case .open: .open
            case .halfOpen: .halfOpen
            }
        }
    }

    public let policy: Policy
    public private(set) var state = State.closed(failures: 0)

    public init(policy: Policy) { self.policy = policy }

    /// How many may be sent now, where that many slots are free.
    public func admits(_ slots: Int, at now: Instant) -> Int {
        switch state {
        case .closed: slots
        case .open(let until, _): until <= now ? min(1, slots) : 0
        case .halfOpen: 0
        }
    }

    /// What is sent next asks after the address.
    public var isProbing: Bool { state.name != .closed }

    /// The moment of the next probe.
    public var reopens: Instant? {
        switch state {
        case .open(let until, _): until
        case .closed, .halfOpen: nil
        }
    }

    public mutating func began(at now: Instant) {
        if case .open(let until, let openings) = state, until <= now { state = .halfOpen(openings: openings) }
    }

    /// - Returns: whether an address that had been given up is back.
    public mutating func succeeded() -> Bool {
        defer { state = .closed(failures: 0) }
        return state.name != .closed
    }

    /// - Parameter asked: how long the address itself wants to be left alone; it opens at once then.
    public mutating func failed(at now: Instant, asked: Duration? = nil) {
        switch state {
        case .closed(let failures):
            if let asked, asked > .zero {
                state = .open(until: now.advanced(by: min(asked, .milliseconds(policy.cap))), openings: 1)
            } else if failures + 1 >= policy.threshold {
                open(1, at: now)
            } else {
                state = .closed(failures: failures + 1)
            }
        case .halfOpen(let openings): open(openings + 1, at: now)
        // Sent before it opened.
        case .open: break
        }
    }

    /// A person asks for the next probe at once.
    ///
    /// - Returns: whether it was resting.
    public mutating func endRest(at now: Instant) -> Bool {
        guard case .open(let until, let openings) = state, until > now else { return false }
        state = .open(until: now, openings: openings)
        return true
    }

    private mutating func open(_ openings: Int, at now: Instant) {
        let rest = openings > 40 ? policy.cap : min(policy.cap, policy.rest << Int64(openings - 1))
        state = .open(until: now.advanced(milliseconds: rest), openings: openings)
    }
}
