import Vocabulary

/// What operators have taken note of.
public protocol AcknowledgementStore: Sendable {
    /// Takes the place of an earlier one about the same trouble. The act is recorded with it.
    func acknowledge(_ acknowledgement: Acknowledgement, _ act: AuditAct) async throws(StoreError)
    /// - Returns: whether there was one.
    func withdrawAcknowledgement(of trouble: String, _ act: AuditAct) async throws(StoreError) -> Bool
    /// Those that have not come to their end.
    func acknowledgements(at now: Instant) async throws(StoreError) -> [Acknowledgement]
}
