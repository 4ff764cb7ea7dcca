/// A step of a case, with what it tells, in one transaction.
public struct CaseChange: Sendable {
    public let applicationNo: String
    public let expectedVersion: Int
    public let caseState: String?
    public let status: StatusRecord?
    /// The status as the sender will read it.
    public let envelope: Envelope?
    public let actor: String
    public let event: String
    /// The lease that ends with this step.
    public let leaseID: String?
    public let at: Instant

    /// What stands beside the event in the history; no personal data.
    public var detail: String?
    public var referralState: String?
    /// The canonical application as it is from now on.
    public var content: [UInt8]?
    /// The institution that is responsible from now on.
    public var responsible: String?
    public var handover: Handover?
    /// The message that brings the application to the institution that must sign it in.
    public var carrier: Carrier = .stays
    /// Messages about the application to institutions.
    public var notices: [Envelope] = []
    /// The clocks that started or moved.
    public var clocks: [RunningClock] = []
    /// Whether all clocks end with it.
    public var endsClocks = false

    public enum Carrier: Sendable {
        case stays
        /// Nobody need sign it in any more.
        case ends
        /// Whatever carried it ends; this one does from now on.
        case replaced(Envelope)
    }

    public init(
        applicationNo: String, expectedVersion: Int, caseState: String?, status: StatusRecord?, envelope: Envelope?,
        actor: String, event: String, leaseID: String?, at: Instant
    ) {
        self.applicationNo = applicationNo
        self.expectedVersion = expectedVersion
        self.caseState = caseState
        self.status = status
        self.envelope = envelope
        self.actor = actor
        self.event = event
        self.leaseID = leaseID
        self.at = at
    }

    /// A change without a case step, a status or a lease.
    public init(of record: ApplicationRecord, actor: String, event: String, at: Instant) {
        self.init(
            applicationNo: record.applicationNo, expectedVersion: record.version, caseState: nil, status: nil,
            envelope: nil, actor: actor, event: event, leaseID: nil, at: at)
    }
}

public enum CaseChangeResult: Sendable, Hashable { case changed, stale, leaseEnded }

/// Where the hand-over of an application between institutions stands. States are those of `HandoverState`.
public struct Handover: Sendable, Hashable {
    public var state: String
    /// Who is asked to take it.
    public var to: String?
    /// When the city centre decides instead.
    public var dueAt: Instant?
    /// How often a target sent it back.
    public var returns: Int

    public init(state: String = "collected", to: String? = nil, dueAt: Instant? = nil, returns: Int = 0) {
        self.state = state
        self.to = to
        self.dueAt = dueAt
        self.returns = returns
    }
}

/// A time limit that runs on one application, as the store keeps it.
public struct RunningClock: Sendable, Hashable {
    /// Such as `CLK-05`.
    public let id: String
    /// What it is to be remembered by: JSON of the clock with its pauses.
    public let content: [UInt8]
    public let dueAt: Instant
    /// From when on the due date is near; nothing where nobody is to be warned.
    public let soonAt: Instant?
    /// Whether it still runs: neither met, nor stopped, nor paused.
    public let isRunning: Bool
    /// When it was stopped, judged on receipt (its start then), or over with its case.
    public let endedAt: Instant?

    public init(
        id: String, content: [UInt8], dueAt: Instant, soonAt: Instant?, isRunning: Bool, endedAt: Instant? = nil
    ) {
        self.id = id
        self.content = content
        self.dueAt = dueAt
        self.soonAt = soonAt
        self.isRunning = isRunning
        self.endedAt = endedAt
    }
}

/// What the doors do with cases.
public protocol CaseStore: MessageStore {
    /// Applications whose hand-over nobody answered in time.
    func overdueHandovers(now: Instant, limit: Int) async throws(StoreError) -> [ApplicationRecord]
    /// An application made by an institution itself, together with the message that carried it here.
    func history(of applicationNo: String) async throws(StoreError) -> [HistoryEntry]
    func relatedCases(of applicationNo: String) async throws(StoreError) -> [Relation]
}
