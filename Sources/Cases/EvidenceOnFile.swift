import Canonical
import Messaging
import StrictJSON
import Vocabulary

extension CaseClerk {
    /// What status shares on file show about the persons of applications.
    package func evidence(
        on applications: [LegalAidApplication], in store: any EvidenceStore, at now: Instant
    ) async throws(StoreError) -> (LegalAidApplication) -> [JSONValue] {
        let persons = Set(applications.flatMap { keys.persons(in: $0, at: "recipient") })
        var shown: [String: [JSONValue]] = [:]
        for share in try await store.evidence(of: Array(persons), now: now) {
            shown[share.person, default: []] += Self.marked(
                try [JSONValue](stored: share.content, "evidence \(share.id)"), until: share.keepUntil)
        }
        shown = shown.mapValues(Self.newest)
        if shown.isEmpty { return { _ in [] } }
        return { [shown] application in
            keys.persons(in: application, at: "recipient").flatMap { shown[$0] ?? [] }
        }
    }

    /// What a share shows, with when it must go: whatever is derived from it goes then as well.
    package static func marked(_ facts: [JSONValue], until keepUntil: Instant) -> [JSONValue] {
        facts.map { fact in
            var fact = fact
            fact["keepUntil"] = .string(keepUntil.rfc3339)
            return fact
        }
    }

    /// When the first of these shares must go.
    package static func keepUntil(of shares: [JSONValue]) -> Instant? {
        shares.compactMap { $0["keepUntil"]?.string.flatMap { Instant(rfc3339: $0) } }.min()
    }

    /// Of each kind of relief what was said last: what a later share ended exempts nobody any more, and what comes late but
    /// is older changes nothing.
    ///
    /// - Parameter facts: what shares on one person show, in the order in which they came.
    package static func newest(_ facts: [JSONValue]) -> [JSONValue] {
        var newest: [JSONValue] = []
        for fact in facts {
            guard let index = newest.firstIndex(where: { $0["kind"] == fact["kind"] }) else {
                newest.append(fact)
                continue
            }
            // Dates and times of one offset are in order as texts.
            if newest[index]["asOf"]?.string ?? "" <= fact["asOf"]?.string ?? "" { newest[index] = fact }
        }
        return newest
    }

    /// What a share shows, as triage reads it: relief statuses and groups, with the share's own time.
    package static func evidence(in message: LegalAidApplication) -> [JSONValue] {
        (message.value("reliefStatuses")?.array ?? []).map { status in
            var status = status
            status["evidence"] = "share"
            if status["asOf"] == nil {
                status["asOf"] = message.value("source.sentAt") ?? message.value("source.receivedAt")
            }
            if status["issuer"] == nil { status["issuer"] = message.value("source.senderName") }
            return status
        }
    }
}
