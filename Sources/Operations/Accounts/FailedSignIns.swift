import Messaging
import Synchronization
import Transport
import Vocabulary

/// Which failed sign-ins have a row each in the audit trail: the first few of a while. Whoever guesses on is counted with the
/// refused credentials.
final class FailedSignIns: Sendable {
    private static let rows = 10

    private let window: Duration
    private let counted: Mutex<(since: Instant, rows: Int)?> = Mutex(nil)

    init(window: Duration) { self.window = window }

    /// - Returns: whether this one has a row of its own.
    func hasRow(at now: Instant) -> Bool {
        counted.withLock { counted in
            guard let known = counted, now < known.since.advanced(by: window), now >= known.since else {
                counted = (now, 1)
                return true
            }
            counted = (known.since, known.rows + 1)
            return known.rows < Self.rows
        }
    }
}
