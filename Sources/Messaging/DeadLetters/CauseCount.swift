import StrictJSON
import Vocabulary

/// How many dead letters have one cause.
public struct CauseCount: Sendable {
    public let cause: DeadLetterCause
    public let count: Int
    public let oldest: Instant
    public let newest: Instant

    public init(cause: DeadLetterCause, count: Int, oldest: Instant, newest: Instant) {
        self.cause = cause
        self.count = count
        self.oldest = oldest
        self.newest = newest
    }
}
