import Vocabulary

/// How a receiver's endpoint is doing at one node since it started, for operators.
public struct EndpointReport: Sendable, Hashable {
    public let endpoint: Endpoint
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
        endpoint: Endpoint, circuit: CircuitBreaker.State, nextProbe: Instant?, underway: Int, failingSince: Instant?,
        lastSuccess: Instant?, lastFailure: Instant?, lastProblem: String?
    ) {
        self.endpoint = endpoint
        self.circuit = circuit
        self.nextProbe = nextProbe
        self.underway = underway
        self.failingSince = failingSince
        self.lastSuccess = lastSuccess
        self.lastFailure = lastFailure
        self.lastProblem = lastProblem
    }
}
