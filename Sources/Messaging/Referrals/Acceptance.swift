/// What became of a message that was handed to the store (Idempotent Receiver).
public enum Acceptance: Sendable, Hashable {
    case stored
    /// Stored, with an answer that depended on what the store held.
    case resolved(IntakeAnswer)
    /// The same id and bytes were stored before: the first answer.
    case replayed(referralID: String, answer: [UInt8])
    /// The same id was used for other bytes.
    case conflict(referralID: String)
    /// The dead letter that this was to take the place of is no longer there.
    case superseded
}
