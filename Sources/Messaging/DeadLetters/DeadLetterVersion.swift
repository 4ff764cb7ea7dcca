import StrictJSON
import Vocabulary

/// Which stay in the dead-letter queue an operator has seen; an act that names another one is refused.
public struct DeadLetterVersion: Sendable, Hashable {
    public let since: Instant

    public init(since: Instant) { self.since = since }

    public var text: String { String(since.milliseconds, radix: 36) }

    public init?(text: String) {
        guard let milliseconds = Int64(text, radix: 36) else { return nil }
        self.init(since: Instant(milliseconds: milliseconds))
    }
}
