import Canonical
import Messaging
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// Hand-overs to institutions outside the city, by letter (FZ-07): who sends the letter stays responsible, and its limits
/// run on, until the other side has said in writing that it took the application. It may come back.
extension CaseClerk {
    /// Whether the application waits for an institution outside the city.
    func waitsForOutside(_ record: ApplicationRecord) -> Bool {
        record.standing.handover == .proposed && record.handover.to.map { registry.institutions[$0] == nil } ?? false
    }

    func handOutside(_ request: HandoverRequest, of record: ApplicationRecord, to name: String) throws -> CaseChange {
        var change = try change(
            by: .handOutside, of: record, Circumstances(actor: request.actor, at: request.at))
        // Its name is no personal data.
        change.detail = "\(record.queue ?? "") → \(name)"
        // No service level binds a letter: nobody else is asked to decide meanwhile.
        change.handover = Handover(to: name)
        change.content = try contentWithTransfer(request, record, to: name)
        return change
    }

    /// The other side's receipt is here: the case ends as transferred, and the sender is told where it went.
    func receiveOutside(_ receipt: OutsideReceipt, of record: ApplicationRecord, at now: Instant) throws -> CaseChange {
        var application = try record.application
        application.signLastTransfer(at: receipt.told ?? now)
        let reason = application.value("transferChain")?.array?.last?["reason"]
        var circumstances = Circumstances(actor: receipt.actor, at: now)
        circumstances.occurredAt = receipt.told
        circumstances.statusDetail = JSONObject([
            (
                "transfer",
                .compact([("toName", .text(record.handover.to)), ("phone", .text(receipt.phone)), ("reason", reason)])
            )
        ])
        var change = try change(by: .outsideSignsIn, of: record, circumstances)
        change.detail = receipt.number
        change.content = CanonicalContent(application.content)
        return change
    }
}

/// What an institution outside the city has answered.
struct OutsideReceipt: Sendable {
    let actor: String
    /// When it took the application, where that was told.
    let told: Instant?
    /// The other side's own number for it.
    let number: String?
    let phone: String?
}

extension BackDoor {
    /// `POST /v1/applications/{id}/transfer/receipt`: the institution outside the city took it.
    func receiveOutside(
        _ request: HTTPRequest, on applicationNo: String, from caller: Caller
    ) async throws -> HTTPResponse {
        let now = now()
        let (told, officer, number, phone) = try request.read {
            ($0.happened("at", by: now), $0.officer(), $0.text("no", atMost: 60), $0.text("phone", atMost: 20))
        }
        let record = try await ownApplication(applicationNo, caller: caller)
        guard clerk.waitsForOutside(record) else {
            throw Problem(
                .wrongState, zh: "该申请没有正在等待市外机构回执的转办。",
                en: "The application does not wait for the receipt of an institution outside the city.")
        }
        // Nobody takes what was not yet sent.
        try told?.check(toldAt: "/at", from: try record.application.handedOverAt ?? record.receivedAt, until: now)
        let receipt = OutsideReceipt(actor: caller.acting(as: officer), told: told, number: number, phone: phone)
        return try await commit(try clerk.receiveOutside(receipt, of: record, at: now), of: record)
    }
}

extension LegalAidApplication {
    /// When the last step of its chain was asked for.
    fileprivate var handedOverAt: Instant? {
        value("transferChain")?.array?.last?["at"]?.string.flatMap { Timestamp(rfc3339: $0) }.map { Instant($0) }
    }
}
