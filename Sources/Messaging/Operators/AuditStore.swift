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
    /// The seal of the chain's end, whose code covers `AuditSeal.endText`; nothing before the first.
    func auditEnd() async throws(StoreError) -> AuditSeal?
    /// Writes the act and puts the end, which is its row then, under the code; once: whoever comes second does nothing.
    func beginAuditSealing(_ act: AuditAct, code: @escaping @Sendable (AuditHead) -> String) async throws(StoreError)
    /// Keeps a seal, and moves that of the end there; one for a head that has a seal already is not kept.
    ///
    /// - Parameter endCode: of the same head and moment as the chain's end.
    func addAuditSeal(_ seal: AuditSeal, endCode: String) async throws(StoreError)
    /// In the order of the chain, after `seq`, or from the first.
    func auditSeals(after seq: Int?, limit: Int) async throws(StoreError) -> [AuditSeal]
    /// The last one of an action.
    func lastAuditEntry(of action: AuditAction) async throws(StoreError) -> AuditEntry?
}
