import Vocabulary

/// One record of a message, as the store keeps it.
public struct IntakeRecord: Sendable {
    public var id: String
    /// Its place among the records of its document, from 0: by this a corrected document finds the record that failed.
    public let index: Int
    public let outcome: Outcome
    public var applicationNo: String?
    /// The institution's queue, where routing found one.
    public var queue: String?
    public var priority = 0
    public var dueAt: Instant?
    /// Until when the message to the institution is tried, where that is bounded.
    public var keepUntil: Instant?
    public var content: CanonicalContent?
    /// Which case machine runs.
    public var route = AidRoute.byApplication
    /// Where the application that it makes stands; nothing where it makes none.
    public var standing: ApplicationStanding?
    /// JSON array, of a dead letter; empty where there is none, since the answer holds them all.
    public var findings: [UInt8] = []
    /// Why it is one.
    public var deadLetter: DeadLetterCause?
    /// The cause in words, for operators.
    public var detail: String?
    /// By what the application is found again.
    public var keys: [String] = []
    /// Those of them that name the person: only the same person's applications are related.
    public var personKeys: [String] = []
    /// What is told at once: that a lead was registered.
    public var status: StatusRecord?
    public var statusMessage: Envelope?
    /// The record is about another one's application and makes none of its own.
    public var followUp: FollowUp?
    /// A statutory notice may be the second one for its person and proceeding: then it is this about the application that
    /// the first one made, and makes none.
    public var renotification: FollowUp?
    /// What a status share shows about a person.
    public var evidence: Evidence?
    /// When what is derived from status shares in it must go; nothing where nothing is.
    public var sharesUntil: Instant?
    public var clocks: [RunningClock] = []
    /// Where it came to an institution that is not the competent one: that one is asked to take it.
    public var handover = Handover()

    public init(id: String, index: Int, outcome: Outcome) {
        self.id = id
        self.index = index
        self.outcome = outcome
    }

}
