import Vocabulary

/// One record of a message, as the store keeps it.
public struct IntakeRecord: Sendable {
    public let id: String
    public let outcome: String
    public let applicationNo: String?
    /// The institution's queue, where routing found one.
    public let queue: String?
    public let priority: Int
    public let dueAt: Instant?
    /// The canonical application, JSON.
    public let content: [UInt8]?
    public let caseState: String?
    /// By application or by notification: which case machine runs.
    public let route: String?
    /// JSON array, of a dead letter; empty where there is none, since the answer holds them all.
    public let findings: [UInt8]
    public let deadLetter: DeadLetterReason?
    public let detail: String?
    /// The referral machine's state.
    public var referralState = "received"
    /// By what the application is found again.
    public var keys: [String] = []
    /// Those of them that name the person: only the same person's applications are related.
    public var personKeys: [String] = []
    /// What is told at once: that a lead was registered.
    public var status: StatusRecord?
    public var envelope: Envelope?
    /// The record is about another one's application and makes none of its own.
    public var followUp: FollowUp?
    /// What a status share shows about a person.
    public var evidence: Evidence?
    public var clocks: [RunningClock] = []
    /// Where it came to an institution that is not the competent one: that one is asked to take it.
    public var handover: Handover?

    public init(
        id: String, outcome: String, applicationNo: String?, queue: String?, priority: Int, dueAt: Instant?,
        content: [UInt8]?, caseState: String?, route: String?, findings: [UInt8], deadLetter: DeadLetterReason?,
        detail: String?
    ) {
        self.id = id
        self.outcome = outcome
        self.applicationNo = applicationNo
        self.queue = queue
        self.priority = priority
        self.dueAt = dueAt
        self.content = content
        self.caseState = caseState
        self.route = route
        self.findings = findings
        self.deadLetter = deadLetter
        self.detail = detail
    }
}
