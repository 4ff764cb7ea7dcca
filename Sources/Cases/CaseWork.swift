import Canonical
import Messaging
import StrictJSON
import Triage
import Vocabulary

/// What follow-ups and relations do to applications. The store calls it inside its transaction.
extension CaseClerk: FollowUpHandling {
    public func change(
        _ record: ApplicationRecord, clocks: [RunningClock], by followUp: FollowUp
    ) throws(StoreError) -> CaseChange? {
        let clocks = try clocks.map { clock throws(StoreError) in try clock.clock(of: record.applicationNo) }
        let message = try followUp.said
        var change = try change(record, clocks, message, by: followUp)
        change?.sharesUntil = Self.keepUntil(of: message.value("shares")?.array ?? [])
        return change
    }

    private func change(
        _ record: ApplicationRecord, _ clocks: [Clock], _ message: LegalAidApplication, by followUp: FollowUp
    ) throws(StoreError) -> CaseChange? {
        switch followUp.kind {
        case .supplement: try supplement(record, clocks, message, followUp)
        case .cancel: try withdrawal(record, message, followUp)
        case .caseEvent where followUp.isNotice: try renotification(record, clocks, message, followUp)
        case .caseEvent: try caseEvent(record, clocks, message, followUp)
        case .transfer: try transfer(record, clocks, message, followUp)
        case .statusShare: try share(record, clocks, message, followUp)
        }
    }

    // MARK: Supplements

    /// Materials join those that came; what they supply is missing no longer. Nothing that was said before is replaced.
    private func supplement(
        _ record: ApplicationRecord, _ clocks: [Clock], _ message: LegalAidApplication, _ followUp: FollowUp
    ) throws(StoreError) -> CaseChange? {
        // Another agency's referral is not this one's to add to.
        guard record.partnerID == followUp.partnerID else { return nil }
        var application = try record.application
        var materials = application.value("materials")?.array ?? []
        let added = (message.value("materials")?.array ?? []).filter { !materials.contains($0) }
        materials += added
        application.set("materials", .array(materials))
        for (name, value) in message.content.members where !Self.ownOfMessage.contains(name) {
            application.complete(name, with: value)
        }
        if let change = try leadApplies(record, application, message, followUp) { return change }
        let missing = try stillMissing(
            application, of: record, evidence: [], came: message.value("materials")?.array ?? [])
        if !record.standing.isLead { application.set("missing", .array(missing)) }
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.materialsAdded), actor: followUp.partnerID, at: followUp.receivedAt)
        change.detail = "\(added.count) materials, \(missing.count) still missing"
        change.clocks = try self.clocks(clocks, of: record, now: application, at: followUp.receivedAt)
        change.content = CanonicalContent(application.content)
        let detail = JSONObject([("materials", JSONValue(added.count)), ("missing", .array(missing))])
        change.institutionMessages = try institutionMessages(
            .supplement, record, application, detail, followUp.receivedAt)
        return change
    }

    /// The clocks that move because nothing is missing any more: time for a supplement does not count, and that is over
    /// when the papers are there, whenever the institution says so (司法部令148号 17). That they will do is its word: the
    /// case stays where it is.
    func clocks(
        _ clocks: [Clock], of record: ApplicationRecord, now application: LegalAidApplication, at now: Instant
    ) throws(StoreError) -> [RunningClock] {
        // A check in another region is waited for as well.
        guard let state = record.standing.caseState, state != .crossRegionChecking,
            try record.application.value("missing")?.array?.isEmpty == false,
            application.value("missing")?.array?.isEmpty != false
        else { return [] }
        return moved(clocks, by: .papersComplete, at: now, of: application)
    }

    private func moved(
        _ clocks: [Clock], by event: CaseEvent, at now: Instant, of application: LegalAidApplication
    ) -> [RunningClock] {
        current.triage.advance(clocks, by: .step(event), at: now.timestamp, for: application).map { RunningClock($0) }
    }

    /// What belongs to the message itself, not to the application that it is about.
    static let ownOfMessage: Set<String> = [
        "schemaVersion", "source", "intakeKind", "aidRoute", "reference", "materials", "missing", "event", "withdrawal",
        "transfer", "precheck", "urgency", "target", "applicationNo", "progress", "shares", "lead",
    ]

    /// The missing papers without those that came or are proved by now. The list only shrinks: what is missing was told
    /// once and completely (法律援助法 43).
    ///
    /// - Parameter came: the papers that came now. Those of before are no answer to an institution that asks for them again.
    func stillMissing(
        _ application: LegalAidApplication, of record: ApplicationRecord, evidence: [JSONValue], came: [JSONValue] = []
    ) throws(StoreError) -> [JSONValue] {
        func needed(_ application: LegalAidApplication, _ evidence: [JSONValue]) -> Set<String> {
            let missing = current.triage.missing(
                for: application, receivedAt: record.receivedAt.timestamp, evidence: evidence)
            return Set(missing.compactMap { $0["kind"]?.string })
        }
        // What says the same as before proves nothing new; the rules need not be asked.
        let before = try record.application
        // An institution may have asked for papers that no rule speaks of: only their coming ends that.
        let proved =
            evidence.isEmpty && before.content == application.content
            ? [] : needed(before, []).subtracting(needed(application, evidence))
        let kinds = Set(came.compactMap { $0["kind"]?.string })
        let titles = Set(came.compactMap { $0["title"]?.string })
        return (application.value("missing")?.array ?? []).filter { item in
            // What an institution asked for by its name alone.
            guard let kind = item["kind"]?.string else { return item["title"]?.string.map(titles.contains) != true }
            return !proved.contains(kind) && !kinds.contains(kind)
        }
    }

    // MARK: Withdrawal

    /// Before the sign-in the referral is cancelled; after it the institution learns of the sender's wish and decides.
    private func withdrawal(
        _ record: ApplicationRecord, _ message: LegalAidApplication, _ followUp: FollowUp
    ) throws(StoreError) -> CaseChange? {
        guard record.partnerID == followUp.partnerID else { return nil }
        let now = followUp.receivedAt
        let reason = message.text("withdrawal.reason")
        if followUp.isAboutSecondNotice { return try noticeWithdrawal(record, reason, followUp) }
        let circumstances = Circumstances(actor: followUp.partnerID, at: now, reason: reason)
        // What is signed in is the institution's to decide.
        let cancels = try changeIfAllowed { try self.change(by: .senderCancels, of: record, circumstances) }
        if let cancels { return cancels }
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.withdrawalReceived), actor: followUp.partnerID, at: now)
        guard !record.standing.isOver else { return change }
        let detail = JSONObject([("reason", .text(reason) ?? .null)])
        change.institutionMessages = try institutionMessages(
            .withdrawal, record, try record.application, detail, now)
        return change
    }

    // MARK: Case events

    private func caseEvent(
        _ record: ApplicationRecord, _ clocks: [Clock], _ message: LegalAidApplication, _ followUp: FollowUp
    ) throws(StoreError) -> CaseChange {
        var application = try record.application
        var event = message.value("event")?.object ?? JSONObject()
        let code = event["code"]?.string ?? ""
        let filed =
            code == "courtFiled" ? Filing(told: event["at"]?.string, heardOf: followUp.receivedAt) : nil
        // The institution is told where its limits go by another time than the one that was told.
        if let filed, filed.isMoved { event["countedAt"] = .string(filed.at.timestamp.rfc3339) }
        var noted = event
        noted["by"] = .string(followUp.partnerID)
        application.note(noted)
        Self.take(event, of: message, into: &application)
        if code == "reliefGranted" {
            application.set("missing", .array(try stillMissing(application, of: record, evidence: [])))
        }
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.caseEvent), actor: followUp.partnerID, at: followUp.receivedAt)
        change.detail = code
        change.clocks = try self.clocks(clocks, of: record, now: application, at: followUp.receivedAt)
        if let filed {
            // Of the application itself nothing is older than its receipt.
            if filed.at != followUp.receivedAt { change.occurredAt = max(filed.at, record.receivedAt) }
            change.clocks = moved(clocks, by: .claimFiled, at: filed.at, of: application)
        }
        change.content = CanonicalContent(application.content)
        change.institutionMessages = try institutionMessages(
            .caseEvent, record, application, event, followUp.receivedAt)
        return change
    }

    /// What an event says of the application itself.
    private static func take(
        _ event: JSONObject, of message: LegalAidApplication, into application: inout LegalAidApplication
    ) {
        switch event["code"]?.string ?? "" {
        case "supportLetterIssued": application.set("matter.supportProsecution.letterNo", event["no"])
        case "courtFiled":
            // It is the court's word that the claim was filed that ends the limitation.
            let number = event["no"] ?? message.value("reference.caseNumber") ?? message.value("proceeding.caseNumber")
            if application.value("proceeding.caseNumber") == nil { application.set("proceeding.caseNumber", number) }
        case "hearingSet":
            let hearings = application.value("proceeding.hearings")?.array ?? []
            application.set(
                "proceeding.hearings", .array(hearings + [.compact([("at", event["at"]), ("place", event["organ"])])]))
        case "reliefGranted":
            // A decision to grant judicial relief proves hardship (法律援助法 42(2)).
            let granted = JSONValue.compact([
                ("kind", "JREL"), ("status", "inForce"), ("issuer", event["organ"]),
                ("certificateNo", event["no"]),
                ("validFrom", event["at"]?.string.map { .string(String($0.prefix(10))) }), ("evidence", "certificate"),
            ])
            application.set(
                "reliefStatuses", .array((application.value("reliefStatuses")?.array ?? []) + [granted]))
        case _: break
        }
    }

    // MARK: Same person, same matter

    public func relations(of record: ApplicationRecord, to old: ApplicationRecord) throws(StoreError) -> [Relation] {
        // A lead is no other application: who speaks with the person asks about earlier ones.
        guard old.referralID != record.referralID, !old.standing.isLead, !record.standing.isLead else { return [] }
        var rules = try Self.sameMatter(record, old)
        guard !rules.isEmpty else { return [] }
        // What is the same case of the same person as the old one is that of the new one as well.
        var relations: [Relation] = []
        for known in try old.application.value("relatedCases")?.array ?? [] {
            guard let rule = known["note"]?.string, ["DU-01", "DU-03"].contains(rule), rules.contains(rule),
                let number = known["applicationNo"]?.string, number != record.applicationNo
            else { continue }
            relations.append(Relation(applicationNo: number, rule: rule))
        }
        // Two institutions have it: the earlier receipt would go first, a person says so (司法部令148号 9).
        if let one = record.queue, let other = old.queue, one != other { rules.append("DU-04") }
        return rules.map { Relation(applicationNo: old.applicationNo, rule: $0) } + relations
    }

    private static func sameMatter(_ record: ApplicationRecord, _ old: ApplicationRecord) throws(StoreError) -> [String]
    {
        let (one, other) = (try record.application, try old.application)
        func same(_ path: String) -> Bool { one.text(path) != nil && one.text(path) == other.text(path) }
        if one.idNumber == nil || other.idNumber == nil {
            return one.name != nil && one.name == other.name && same("recipient.birthDate") ? ["DU-03"] : []
        }
        // Keys are shortened hashes and may name a case that only shares its number: the documents decide.
        guard one.idNumber == other.idNumber else { return [] }
        var rules: [String] = []
        if same("proceeding.caseNumber") { rules.append("DU-01") }
        func opponents(_ application: LegalAidApplication) -> Set<Sensitive<String>> {
            Set(
                (application.value("opposingParties")?.array ?? []).compactMap {
                    $0["name"]?.string.map(Sensitive.init)
                })
        }
        let year = 366 * 86_400_000 as Int64
        let sameCause = same("matter.causeCode") || (Self.lacksCode(one, other) && same("matter.causeOfAction"))
        if sameCause, !opponents(one).isDisjoint(with: opponents(other)),
            record.receivedAt.milliseconds - old.receivedAt.milliseconds <= year
        {
            rules.append("DU-02")
        }
        return rules
    }

    /// Where one of the two has no code, causes are compared by their words.
    private static func lacksCode(_ one: LegalAidApplication, _ other: LegalAidApplication) -> Bool {
        one.text("matter.causeCode") == nil || other.text("matter.causeCode") == nil
    }

    public func change(
        _ record: ApplicationRecord, related: [Relation], isNew: Bool, at now: Instant
    ) throws(StoreError) -> CaseChange {
        var application = try record.application
        let added = related.map { relation -> JSONValue in
            [
                "kind": relation.rule == "DU-02" ? "repeatedApplication" : "sameMatter",
                "applicationNo": .string(relation.applicationNo), "note": .string(relation.rule),
            ]
        }
        application.set("relatedCases", .array((application.value("relatedCases")?.array ?? []) + added))
        if related.contains(where: { $0.rule == "DU-04" }) {
            let hint: JSONValue = [
                "rule": "DU-04", "outcome": "conflict", "basis": "《办理法律援助案件程序规定》（司法部令第148号）第九条",
                "note": isNew ? "他机构收件在先，建议由先收件机构办理" : "本机构收件在先，建议由本机构办理",
            ]
            application.set("precheck", .array((application.value("precheck")?.array ?? []) + [hint]))
        }
        var change = CaseChange(of: record, nil, historyEvent: .entry(.related), actor: "gateway", at: now)
        change.detail = related.map { "\($0.rule) \($0.applicationNo)" }.joined(separator: ", ")
        change.content = CanonicalContent(application.content)
        // The new one's institution reads it in the application itself.
        if !isNew {
            change.institutionMessages = try institutionMessages(
                .related, record, application, JSONObject([("related", .array(added))]), now)
        }
        return change
    }

    // MARK: Answers

    public func answer(
        _ commit: IntakeCommit, attached: [String: [JoinedApplication]], kept: KeptRecords?
    ) throws(StoreError) -> IntakeAnswer {
        try commit.receipt?.settle(attached, kept: kept) ?? IntakeAnswer(outcome: commit.outcome, bytes: commit.answer)
    }

    /// A notice to the institution that is responsible, where there is one.
    func institutionMessages(
        _ kind: InstitutionMessageKind, _ record: ApplicationRecord, _ application: LegalAidApplication,
        _ detail: JSONObject,
        _ now: Instant
    ) throws(StoreError) -> [Envelope] {
        guard let institution = record.queue else { return [] }
        return [
            try institutionMessage(
                kind, of: record, content: application.content, detail: detail, to: institution, at: now)
        ]
    }
}

extension FollowUp {
    /// What it says, canonical.
    var said: LegalAidApplication { get throws(StoreError) { LegalAidApplication(content: try message) } }
}

extension LegalAidApplication {
    /// How many events of its senders an application tells: the newest; the history has them all.
    private static let events = 100

    /// Adds what its sender tells of the case.
    mutating func note(_ event: JSONObject) {
        let told = (value("progress.events")?.array ?? []) + [.object(event)]
        set("progress.events", .array(told.suffix(Self.events)))
    }

    /// Adds what is not there yet, below as well; what is there stays.
    mutating func complete(_ path: String, with value: JSONValue) {
        guard let known = self.value(path) else { return set(path, value) }
        guard known.object != nil, let object = value.object else { return }
        for (name, below) in object.members { complete("\(path).\(name)", with: below) }
    }
}
