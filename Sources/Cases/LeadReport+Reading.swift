import Messaging
import Transport
import Vocabulary

extension LeadReport {
    /// - Parameter institutions: the codes of those that are registered.
    init(in body: inout RequestBody, institutions: [String], now: Instant) {
        let words = LeadAnswer.allCases.map(\.rawValue)
        answer = body.neededWord("event", among: words, as: "legal").flatMap(LeadAnswer.init(rawValue:)) ?? .contacted
        at = body.happened("at", by: now) ?? now
        officer = body.officer()
        reason = answer == .passedOn ? body.reason() : body.text("reason", atMost: RequestBody.reasonLength)
        to = answer == .passedOn ? body.neededWord("to", among: institutions, as: "institutions") : nil
        consent = answer == .consented ? Self.consent(in: &body) : nil
    }

    /// Without the person's own will, recorded, there is no application.
    private static func consent(in body: inout RequestBody) -> Consent? {
        if !body.has("consent") {
            body.note(
                "missing", "consent", zh: "须记录当事人的申请意愿：by（self 本人 / agent 代理人）与 form（written / oral / app）。",
                en: "records the person's will: by (self or agent) and form (written, oral or app).")
        }
        return body.group("consent") { group in
            Consent(
                by: group.neededWord("by", among: ["self", "agent"]) ?? "",
                form: group.neededWord("form", among: ["written", "oral", "app"]) ?? "",
                evidence: group.text("evidenceRef", atMost: 200))
        }
    }

    /// Holds what it says against the lead.
    ///
    /// - Throws: `Problem` `.badRequest` where it cannot have been then, or the lead is with that institution already.
    func check(against record: ApplicationRecord, now: Instant) throws(Problem) {
        try at.check(toldAt: "/at", from: record.receivedAt, until: now)
        guard let to, to == record.queue else { return }
        throw .badMember(
            "contradiction", at: "/to", zh: "to 应为另一家机构。",
            en: "to must be another institution than the one that has it.")
    }
}
