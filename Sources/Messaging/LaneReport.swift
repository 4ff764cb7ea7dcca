/// How a receiver's way out is doing at one node since it started, for operators.
public struct LaneReport: Sendable, Hashable {
    public let outlet: Outlet
    public let circuit: CircuitBreaker.State
    public let nextProbe: Instant?
    public let underway: Int
    /// The first failure after which nothing succeeded.
    public let failingSince: Instant?
    /// Also from before its start.
    public let lastSuccess: Instant?
    public let lastFailure: Instant?
    public let lastProblem: String?

    public init(
        outlet: Outlet, circuit: CircuitBreaker.State, nextProbe: Instant?, underway: Int, failingSince: Instant?,
        lastSuccess: Instant?, lastFailure: Instant?, lastProblem: String?
    ) {
        self.outlet = outlet
        self.circuit = circuit
        self.nextProbe = nextProbe
        self.underway = underway
        self.failingSince = failingSince
        self.lastSuccess = lastSuccess
        self.lastFailure = lastFailure
        self.lastProblem = lastProblem
    }
}
