import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

extension LeadReport {
    /// - Throws: `Problem` `.badRequest` where a member is missing, unknown or not what it should be.
    init(
        _ body: JSONObject, of record: ApplicationRecord, institutions: [String], now: Instant
    ) throws(Problem) {
        if let unknown = body.names.first(where: { !Self.members.contains($0) }) {
            throw Problem(
                .badRequest, zh: "不认识成员 \(unknown.prefix(30))。", en: "The member \(unknown.prefix(30)) is not known.")
        }
        guard let answer = body["event"]?.string.flatMap(LeadAnswer.init(rawValue:)) else {
            var problem = Problem(
                .badRequest, zh: "event 缺失或未知，可用值见 legal。",
                en: "event is missing or unknown; legal lists the known ones.")
            problem.members = [("legal", .array(LeadAnswer.allCases.map { .string($0.rawValue) }))]
            throw problem
        }
        self.answer = answer
        at = try body.moment("at", from: record.receivedAt, until: now) ?? now
        officer = try body.text("officer", atMost: 30)
        reason = try body.text("reason", atMost: 500)
        consent = answer == .consented ? try Self.consent(body["consent"]?.object) : nil
        to = answer == .passedOn ? try Self.target(body, from: record.queue, institutions) : nil
        if answer == .passedOn, reason == nil {
            throw Problem(.badRequest, zh: "转交线索须写明理由 reason。", en: "Passing a lead on needs a reason.")
        }
    }

    private static let members: Set<String> = ["event", "at", "officer", "reason", "consent", "to"]

    /// Without the person's own will, recorded, there is no application.
    private static func consent(_ given: JSONObject?) throws(Problem) -> Consent {
        guard let given, given.names.allSatisfy(["by", "form", "evidenceRef"].contains),
            let by = given["by"]?.string, ["self", "agent"].contains(by),
            let form = given["form"]?.string, ["written", "app", "oral"].contains(form)
        else {
            throw Problem(
                .badRequest,
                zh: "consented 须记录当事人的申请意愿：consent.by（self 本人 / agent 代理人）与 consent.form（written / oral / app）。",
                en:
                    "consented records the person's will: consent.by (self or agent) and consent.form (written, oral or app)."
            )
        }
        return Consent(by: by, form: form, evidence: try given.text("evidenceRef", atMost: 200))
    }

    private static func target(
        _ body: JSONObject, from current: String?, _ institutions: [String]
    ) throws(Problem) -> String {
        guard let target = body["to"]?.string, institutions.contains(target), target != current else {
            var problem = Problem(
                .badRequest, zh: "to 应为另一家已登记机构的代码。", en: "to must be the code of another registered institution.")
            problem.members = [("institutions", .array(institutions.map(JSONValue.string)))]
            throw problem
        }
        return target
    }
}
