import StrictJSON

/// The audit trail: rows are only ever added.
public protocol AuditStore: Sendable {
    /// For acts that change nothing else, such as looking at a document.
    func record(_ act: AuditAct) async throws(StoreError)
    /// In the order of the chain, after `seq`; with `newestFirst`, before it.
    func auditEntries(
        _ filter: AuditFilter, after seq: Int?, newestFirst: Bool, limit: Int
    ) async throws(StoreError) -> [AuditEntry]
    /// The end of the chain as the store remembers it.
    func auditHead() async throws(StoreError) -> AuditHead
}
