import StrictJSON

public struct DeadLetterPage: Sendable {
    public let deadLetters: [DeadLetterSummary]
    /// Where the next page begins; nothing at the end.
    public let next: DeadLetterCursor?

    public init(deadLetters: [DeadLetterSummary], next: DeadLetterCursor?) {
        self.deadLetters = deadLetters
        self.next = next
    }
}
