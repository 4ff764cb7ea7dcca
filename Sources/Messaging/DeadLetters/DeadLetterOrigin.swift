import StrictJSON
import Vocabulary

/// Who resent a dead letter, why, and what it was before.
public struct DeadLetterOrigin: Sendable {
    public let deadLetterID: String
    public let isEdited: Bool
    public let actor: String
    public let reason: String
    public let at: Instant
    /// The bytes before the edit, unchanged.
    public let payload: [UInt8]
    public let digest: String

    public init(
        deadLetterID: String, isEdited: Bool, actor: String, reason: String, at: Instant, payload: [UInt8],
        digest: String
    ) {
        self.deadLetterID = deadLetterID
        self.isEdited = isEdited
        self.actor = actor
        self.reason = reason
        self.at = at
        self.payload = payload
        self.digest = digest
    }
}
