/// When failed sign-ins lock an account or a source.
public struct LockPolicy: Sendable, Hashable {
    public let failures: Int
    /// Failures longer ago are forgotten; a lock lasts as long.
    public let window: Duration

    public init(failures: Int, window: Duration) {
        self.failures = failures
        self.window = window
    }
}
