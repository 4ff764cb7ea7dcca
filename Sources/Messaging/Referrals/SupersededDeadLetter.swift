/// The dead letter that a new attempt takes the place of.
public struct SupersededDeadLetter: Sendable {
    public let id: String
    /// The stay in the dead-letter queue that the operator has seen; `nil` for whichever it is.
    public let version: DeadLetterVersion?
    public let edited: Bool
    /// Who does it and why.
    public let act: AuditAct

    public init(id: String, version: DeadLetterVersion?, edited: Bool, act: AuditAct) {
        self.id = id
        self.version = version
        self.edited = edited
        self.act = act
    }
}
