import Vocabulary

/// What a status share shows about a person: evidence with a validity, never a case.
public struct Evidence: Sendable {
    public let id: String
    /// Keyed hash of the person's identity document.
    public let person: String
    /// JSON array of what is shown, as triage reads it.
    public let content: [UInt8]
    public let partnerID: String
    public let receivedAt: Instant
    /// Erased then (PIPL 19: as short as the purpose allows).
    public let keepUntil: Instant

    public init(
        id: String, person: String, content: [UInt8], partnerID: String, receivedAt: Instant, keepUntil: Instant
    ) {
        self.id = id
        self.person = person
        self.content = content
        self.partnerID = partnerID
        self.receivedAt = receivedAt
        self.keepUntil = keepUntil
    }
}
