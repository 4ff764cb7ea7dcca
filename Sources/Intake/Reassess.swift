import Messaging
import Triage
import Vocabulary

extension IntakeService {
    /// Asks the rules of the day of receipt, as they are loaded now, once more about an application as it is on file,
    /// with what is on file about its person.
    ///
    /// - Parameter explain: whether every rule is told of, not only those that say something.
    /// - Returns: the application with what they said when it came, and what they say now; nothing where there is none, or it
    ///   was erased.
    public func reassess(
        applicationNo: String, explain: Bool = false
    ) async throws(StoreError) -> (record: ApplicationRecord, now: Assessment, rules: String?)? {
        guard let record = try await store.application(applicationNo), record.erasedAt == nil else { return nil }
        let application = try record.application
        let evidence = try await evidence(on: [application], at: now())
        let triage = pipeline.triage
        let assessment = triage.assess(
            application, receivedAt: record.receivedAt.timestamp, evidence: evidence(application),
            isLead: record.standing.isLead, explain: explain)
        return (record, assessment, triage.digest)
    }
}
