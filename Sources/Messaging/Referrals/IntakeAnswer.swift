import Vocabulary

/// An answer that depended on what the store held.
public struct IntakeAnswer: Sendable, Hashable {
    public let outcome: Outcome
    /// JSON.
    public let bytes: [UInt8]

    public init(outcome: Outcome, bytes: [UInt8]) {
        self.outcome = outcome
        self.bytes = bytes
    }
}
