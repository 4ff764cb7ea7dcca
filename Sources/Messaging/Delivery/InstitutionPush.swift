/// How an institution is pushed its applications, instead of leasing them.
public struct InstitutionPush: Sendable, Hashable {
    public let address: ReturnAddress
    public let retryPolicy: RetryPolicy

    public init(address: ReturnAddress, retryPolicy: RetryPolicy) {
        self.address = address
        self.retryPolicy = retryPolicy
    }
}
