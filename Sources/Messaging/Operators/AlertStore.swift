import Vocabulary

/// The alerts and the messages about them, so that neither restarts nor several nodes repeat any.
public protocol AlertStore: Sendable {
    /// Begins what is new among the conditions and ends what has been absent for `settle`.
    ///
    /// - Parameters:
    ///   - looked: which alerts this look could have found; the others stay as they are.
    ///   - write: makes the message about a beginning or an end.
    ///   - isSent: whether messages about it are queued for the alarm system too, or only returned.
    /// - Returns: the messages, each to one node only.
    func reconcileAlerts(
        _ conditions: Set<AlertCondition>, looked: @escaping @Sendable (AlertCondition) -> Bool, settle: Duration,
        now: Instant, isSent: @escaping @Sendable (AlertCondition) -> Bool,
        write: @escaping @Sendable (AlertMessage.Phase, OpenAlert) -> AlertMessage
    ) async throws(StoreError) -> [AlertMessage]
    /// Oldest first.
    func openAlerts() async throws(StoreError) -> [OpenAlert]
}
