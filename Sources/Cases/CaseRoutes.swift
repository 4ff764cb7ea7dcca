import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Vocabulary

extension BackDoor {
    /// The institutions' calls about applications and leads.
    public var routes: [Route] {
        [
            Route("GET", "/v1/applications/{id}", for: .institution) { _, visit in
                let record = try await readableApplication(visit.value("id"), caller: visit.caller())
                return .json(try Self.json(record))
            },
            Route("POST", "/v1/applications/{id}/status", for: .institution) { request, visit in
                try await report(request, on: visit.value("id"), from: visit.caller())
            },
            Route("POST", "/v1/applications/{id}/suggestions", for: .institution) { request, visit in
                try await suggest(request, on: visit.value("id"), from: visit.caller())
            },
            Route("POST", "/v1/applications/{id}/transfer", for: .institution) { request, visit in
                try await transfer(request, on: visit.value("id"), from: visit.caller())
            },
            Route("POST", "/v1/applications/{id}/transfer/return", for: .institution) { request, visit in
                try await giveBack(request, on: visit.value("id"), from: visit.caller())
            },
            Route("POST", "/v1/applications/{id}/transfer/receipt", for: .institution) { request, visit in
                try await receiveOutside(request, on: visit.value("id"), from: visit.caller())
            },
            Route("POST", "/v1/leads/{id}/answers", for: .institution) { request, visit in
                try await answerLead(request, visit.value("id"), from: visit.caller())
            },
        ]
    }

    /// The canonical application with where it stands: `progress` says it, the envelope's version tells one reading from
    /// the next.
    private static func json(_ record: ApplicationRecord) throws(StoreError) -> JSONValue {
        var application = try record.application
        application.set("progress.version", JSONValue(record.version))
        application.set("progress.referralState", .string(record.standing.referral.rawValue))
        application.set("progress.state", .text(record.standing.caseState?.rawValue))
        application.set("progress.work", .text(record.standing.work?.rawValue))
        application.set("progress.responsible", .text(record.queue))
        application.set("progress.handover", .string(record.standing.handover.rawValue))
        application.set("progress.handoverTo", .text(record.handover.to))
        application.set("lead.state", .text(record.standing.lead?.rawValue))
        return .object(application.content)
    }
}
