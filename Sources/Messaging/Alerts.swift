/// Something that ought not to be so, found at one look.
public struct AlertCondition: Sendable, Hashable {
    public let rule: String
    /// What it concerns; each subject has an alert of its own.
    public let subject: String

    public init(rule: String, subject: String) {
        self.rule = rule
        self.subject = subject
    }
}

/// An alert that has begun and is not over.
public struct OpenAlert: Sendable, Hashable {
    public let condition: AlertCondition
    public let beganAt: Instant

    public init(condition: AlertCondition, beganAt: Instant) {
        self.condition = condition
        self.beganAt = beganAt
    }
}

/// One message about an alert: it has begun, or it is over.
public struct AlertNotice: Sendable, Hashable {
    public enum Phase: String, Sendable, CaseIterable { case began, ended }

    public let id: String
    /// JSON.
    public let body: String
    /// How often it was sent in vain.
    public let attempts: Int

    public init(id: String, body: String, attempts: Int) {
        self.id = id
        self.body = body
        self.attempts = attempts
    }
}

/// The alerts and the messages about them, so that neither restarts nor several nodes repeat any.
public protocol AlertStore: Sendable {
    /// Begins what is new among the conditions and ends what has been absent for `settle`.
    ///
    /// - Parameters:
    ///   - looked: which alerts this look could have found; the others stay as they are.
    ///   - write: makes the message about a beginning or an end.
    ///   - isSent: whether messages are to be sent on, or only returned.
    /// - Returns: the messages, each to one node only.
    func reconcileAlerts(
        _ conditions: Set<AlertCondition>, looked: @escaping @Sendable (AlertCondition) -> Bool, settle: Duration,
        now: Instant, isSent: Bool,
        write: @escaping @Sendable (AlertNotice.Phase, OpenAlert) -> AlertNotice
    ) async throws(StoreError) -> [AlertNotice]
    /// Oldest first.
    func openAlerts() async throws(StoreError) -> [OpenAlert]

    /// Messages that are due, not due again until `until` unless settled.
    func claimNotices(max: Int, now: Instant, until: Instant) async throws(StoreError) -> [AlertNotice]
    /// - Parameter next: when to try again; nothing once it is sent or given up.
    func settleNotice(_ id: String, next: Instant?, problem: String?) async throws(StoreError)
}
