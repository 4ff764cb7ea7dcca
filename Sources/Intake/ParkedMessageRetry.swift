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

    /// A message that waits is laid beside the application that a person names.
    public func attachParked(
        _ id: String, to applicationNo: String, act: AuditAct
    ) async throws(StoreError) -> FollowUpAttachment {
        try await store.attachFollowUp(id, to: applicationNo, work: clerk, act)
    }

    /// By what a person's applications are found: never the number itself.
    public func key(ofPerson idNumber: String) -> String {
        clerk.keys.person(idType: nil, idNumber: Sensitive(idNumber))
    }
}
