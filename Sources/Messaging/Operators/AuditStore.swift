/// The audit trail: rows are only ever added.
public protocol AuditStore: Sendable {
    /// For acts that change nothing else, such as looking at a document.
    func record(_ act: AuditAct) async throws(StoreError)
    /// In the order of the chain, after `seq`; with `newestFirst`, before it.
    func auditEntries(
        _ filter: AuditFilter, after seq: Int?, newestFirst: Bool, limit: Int
    ) async throws(StoreError) -> [AuditEntry]
    /// The end of the chain as the store remembers it; nothing where it does not, which only damage brings about.
    func auditHead() async throws(StoreError) -> AuditHead?
    /// Keeps a seal; one for a head that has a seal already is not kept.
    func addAuditSeal(_ seal: AuditSeal) async throws(StoreError)
    /// In the order of the chain, after `seq`.
    func auditSeals(after seq: Int, limit: Int) async throws(StoreError) -> [AuditSeal]
    /// The last one of an action.
    func lastAuditEntry(of action: AuditAction) async throws(StoreError) -> AuditEntry?
}
