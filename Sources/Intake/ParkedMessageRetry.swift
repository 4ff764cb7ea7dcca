import Cases
import Messaging
import Vocabulary

extension IntakeService {
    /// A message that waited in vain looks again for the referral that it is about.
    public func retryMatch(_ id: String, version: DeadLetterVersion, act: AuditAct) async throws(StoreError)
        -> DeadLetterActResult
    {
        try await store.retryFollowUp(
            id, version: version, keepUntil: act.at.advanced(milliseconds: limits.parking), work: clerk, act)
    }
}
