import Canonical
import Messaging
import StrictJSON
import Vocabulary

extension CaseClerk {
    /// What status shares on file show about the persons of applications.
    func evidence(
        on applications: [LegalAidApplication], in store: any EvidenceStore, at now: Instant
    ) async throws(StoreError) -> (LegalAidApplication) -> [JSONValue] {
        let persons = Set(applications.flatMap { keys.persons(in: $0, at: "recipient") })
        var shown: [String: [JSONValue]] = [:]
        for share in try await store.evidence(of: Array(persons), now: now) {
            guard let facts = (try? JSONValue(parsing: share.content))?.array else {
                throw .corrupt("evidence \(share.id) is no JSON array")
            }
            shown[share.person, default: []] += facts
        }
        if shown.isEmpty { return { _ in [] } }
        return { [shown] application in
            keys.persons(in: application, at: "recipient").flatMap { shown[$0] ?? [] }
        }
    }
}
