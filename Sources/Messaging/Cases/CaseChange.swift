import Vocabulary

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
    public var applicationMessage: ApplicationMessageChange = .stays
    /// Messages about the application to institutions.
    public var institutionMessages: [Envelope] = []
    /// The clocks that started or moved.
    public var clocks: [RunningClock] = []
    /// Whether all clocks end with it.
    public var endsClocks = false

    public enum ApplicationMessageChange: Sendable {
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

/// What the doors do with cases.
public protocol CaseStore: MessageStore {
    /// Applications whose hand-over nobody answered in time.
    func overdueHandovers(now: Instant, limit: Int) async throws(StoreError) -> [ApplicationRecord]
    /// An application made by an institution itself, together with the message that carried it here.
    func history(of applicationNo: String) async throws(StoreError) -> [HistoryEntry]
    func relatedCases(of applicationNo: String) async throws(StoreError) -> [Relation]
}
