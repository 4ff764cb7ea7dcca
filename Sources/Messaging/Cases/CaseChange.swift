import Vocabulary

/// What happened to an application, with all that it tells, in one transaction. Where the application stands then, the
/// store asks `ApplicationMachine`: a change names the event, never a state.
public struct CaseChange: Sendable {
    public let applicationNo: String
    public let expectedVersion: Int
    /// Nothing where the application stays where it is: what came only adds to it.
    public let event: ApplicationEvent?
    public let historyEvent: HistoryEvent
    public let actor: String
    public let at: Instant

    /// When it happened, where that was told apart from `at`, when it was reported.
    public var occurredAt: Instant?
    /// What stands beside the event in the history; no personal data.
    public var detail: String?
    /// The status that is told.
    public var status: StatusRecord?
    /// The status as the sender will read it.
    public var statusMessage: Envelope?
    /// The lease that ends with this step.
    public var leaseID: String?
    /// The canonical application as it is from now on.
    public var content: CanonicalContent?
    /// The institution that is responsible from now on.
    public var responsible: String?
    /// Who is asked from now on; used where the event moves the hand-over.
    public var handover = Handover()
    /// The message that carries the application from now on; needed where the event sends one.
    public var applicationMessage: Envelope?
    /// Messages about the application to institutions.
    public var institutionMessages: [Envelope] = []
    /// When the person's will made a lead an application.
    public var appliedAt: Instant?
    /// When what the change derives from status shares must go; nothing where it derives nothing.
    public var sharesUntil: Instant?
    /// Keys of the person that name it no more, and those that do from now on.
    public var removedKeys: [String] = []
    public var addedKeys: [String] = []
    /// The operator's act that the change is, where it is one.
    public var audit: AuditAct?
    /// Whether a sign-in came within a working day of the receipt.
    public var isTimelySignIn: Bool?
    /// The clocks that started or moved.
    public var clocks: [RunningClock] = []
    /// Those whose end moved because a calendar or a rule came into force.
    public var movedLimits: [MovedLimit] = []

    public init(
        of record: ApplicationRecord, _ event: ApplicationEvent?, historyEvent: HistoryEvent, actor: String,
        at now: Instant
    ) {
        applicationNo = record.applicationNo
        expectedVersion = record.version
        self.event = event
        self.historyEvent = historyEvent
        self.actor = actor
        at = now
    }
}

/// What became of a change.
public enum CaseChangeResult: Sendable, Hashable {
    case changed
    /// Somebody else changed the application since it was read.
    case stale
    /// The lease that the change should settle has ended.
    case leaseEnded
}
