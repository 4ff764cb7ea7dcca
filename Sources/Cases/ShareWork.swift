import Canonical
import Messaging
import StrictJSON
import Triage
import Vocabulary

/// What a status share does to the open applications of its person.
extension CaseClerk {
    /// Evidence on the person of an open application: hints that it gives or takes back, and papers that it makes needless.
    func share(
        _ record: ApplicationRecord, _ clocks: [Clock], _ message: LegalAidApplication, _ followUp: FollowUp
    ) throws(StoreError) -> CaseChange? {
        guard !record.standing.isOver else { return nil }
        var application = try record.application
        let evidence = message.value("shares")?.array ?? Self.evidence(in: message)
        let assessment = current.triage.assess(
            application, receivedAt: record.receivedAt.timestamp, evidence: evidence, isLead: record.standing.isLead)
        let missing = try stillMissing(application, of: record, evidence: evidence)
        let known = application.value("precheck")?.array ?? []
        let gained = assessment.hints.map(\.json).filter { hint in
            !known.contains { $0["rule"] == hint["rule"] && $0["outcome"] == hint["outcome"] }
        }
        let lapsed = Self.lapsed(known, now: assessment.hints)
        guard missing != application.value("missing")?.array ?? [] || !gained.isEmpty || !lapsed.isEmpty else {
            return nil
        }
        let kept = known.filter { old in !lapsed.contains(old) && !gained.contains { $0["rule"] == old["rule"] } }
        application.set("precheck", .array(kept + gained))
        application.takeDerived(from: assessment.application)
        if !record.standing.isLead { application.set("missing", .array(missing)) }
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.evidenceFound), actor: followUp.partnerID, at: followUp.receivedAt)
        change.detail = "\(gained.count) hints, \(lapsed.count) lapsed, \(missing.count) papers still missing"
        change.clocks = try self.clocks(clocks, of: record, now: application, at: followUp.receivedAt)
        change.content = CanonicalContent(application.content)
        var detail = JSONObject([("hints", .array(gained)), ("missing", .array(missing))])
        if !lapsed.isEmpty {
            detail["text"] = "数据共享显示有关救助已变化，原有提示不再成立"
            detail["lapsed"] = .array(lapsed)
            // What was told to be missing was told once (法律援助法 43): whether to ask again is the institution's to say.
            detail["neededAgain"] = .array(Self.neededAgain(assessment.missing, in: application))
        }
        change.institutionMessages = try institutionMessages(
            .evidence, record, application, detail, followUp.receivedAt)
        return change
    }

    /// Hints that rested on a share and that no rule gives any more.
    private static func lapsed(_ known: [JSONValue], now: [Hint]) -> [JSONValue] {
        known.filter { hint in
            let rests = (hint["evidence"]?.array ?? []).contains { $0.string?.hasPrefix("shares[") ?? false }
            return rests && !now.contains { $0.rule == hint["rule"]?.string }
        }
    }

    private static func neededAgain(_ needed: [JSONValue], in application: LegalAidApplication) -> [JSONValue] {
        let listed = (application.value("missing")?.array ?? []).compactMap { $0["kind"]?.string }
        return needed.filter { item in item["kind"]?.string.map { !listed.contains($0) } ?? false }
    }
}
