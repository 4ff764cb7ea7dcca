import Canonical
import Messaging
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// Hand-overs between institutions: who was asked first stays responsible until another signs in (首问负责).
extension CaseClerk {
    /// What somebody asks for.
    struct HandoverRequest: Sendable {
        var reason: String
        var officer: String?
        var actor: String
        var at: Instant
        /// When the city centre decides instead (CLK-24).
        var dueAt: Instant?
    }

    /// Asks another institution to take the application. The one that is responsible stays so.
    func propose(
        _ request: HandoverRequest, of record: ApplicationRecord, to target: String, clocks: [Clock] = []
    ) throws -> CaseChange {
        var circumstances = Circumstances(actor: request.actor, at: request.at)
        circumstances.target = target
        circumstances.clocks = clocks
        var change = try change(by: .proposeHandover, of: record, circumstances)
        change.detail = "\(record.queue ?? "") → \(target)"
        change.handover = Handover(to: target, dueAt: request.dueAt)
        change.content = try contentWithTransfer(request, record, to: target)
        return change
    }

    /// The one who was asked sends it back; after too many returns the city centre decides.
    func giveBack(_ request: HandoverRequest, of record: ApplicationRecord) throws -> CaseChange {
        var circumstances = Circumstances(actor: request.actor, at: request.at)
        circumstances.reason = request.reason
        var change = try change(by: .targetReturns, of: record, circumstances)
        change.detail = "\(record.handover.to ?? "") → \(record.queue ?? "")"
        return change
    }

    /// Nobody answered in time: the city centre decides. What was sent to the target is taken back.
    func escalate(_ record: ApplicationRecord, at now: Instant) throws -> CaseChange {
        var change = try change(by: .handoverTimeout, of: record, Circumstances(actor: "gateway", at: now))
        change.detail = "CLK-24"
        return change
    }

    /// The city centre says whose it is; that binds.
    func assign(
        _ request: HandoverRequest, of record: ApplicationRecord, to target: String, clocks: [Clock]
    ) throws -> CaseChange {
        var circumstances = Circumstances(actor: request.actor, at: request.at, institution: target)
        circumstances.target = target
        circumstances.clocks = clocks
        circumstances.statusDetail = Self.transferDetail(registry, target, request.reason)
        var change = try change(by: .cityAssigns, of: record, circumstances)
        change.detail = "\(record.queue ?? "") → \(target)"
        change.responsible = target
        change.content = try contentWithTransfer(request, record, to: target)
        return change
    }

    /// The change of a sign-in by the institution that was asked: from now on it is the one that is responsible.
    func takeOver(
        _ record: ApplicationRecord, by target: String, leaseID: String, clocks: [Clock], at now: Instant
    ) throws -> CaseChange {
        var application = try record.application
        application.signLastTransfer(at: now)
        let reason = application.value("transferChain")?.array?.last?["reason"]?.string ?? ""
        var circumstances = Circumstances(actor: target, at: now, institution: target)
        circumstances.clocks = clocks
        circumstances.statusDetail = Self.transferDetail(registry, target, reason)
        var change = try change(by: .targetSignsIn, of: record, circumstances)
        change.leaseID = leaseID
        // The first institution's case ends as transferred; what begins is the case of the one that took it over.
        let former = record.standing.caseState.map { ", \($0.rawValue) → transferredOut" } ?? ""
        change.detail = "\(record.queue ?? "") → \(target)" + former
        change.responsible = target
        change.content = CanonicalContent(application.content)
        return change
    }

    func contentWithTransfer(
        _ request: HandoverRequest, _ record: ApplicationRecord, to target: String
    ) throws(StoreError) -> CanonicalContent {
        var application = try record.application
        application.addTransfer(
            from: record.queue ?? "", to: target, reason: request.reason, officer: request.officer, at: request.at)
        return CanonicalContent(application.content)
    }

    /// A transfer that another system announces: the same as asking for it here, where it may.
    func transfer(
        _ record: ApplicationRecord, _ clocks: [Clock], _ message: LegalAidApplication, _ followUp: FollowUp
    ) throws(StoreError) -> CaseChange {
        let now = followUp.receivedAt
        var detail = message.value("transfer")?.object ?? JSONObject()
        // The notice has a kind of its own.
        (detail["transferKind"], detail["kind"]) = (detail["kind"], nil)
        let reason = detail["reason"]?.string ?? ""
        let request = HandoverRequest(
            reason: reason, officer: message.personal("firstContact.officer")?.plain, actor: followUp.partnerID,
            at: now,
            dueAt: handoverLimit(from: now))
        let isStation = registry.partners[followUp.partnerID].map { $0.kind.audience == .station } ?? true
        if isStation, let target = institution(named: detail["to"]?.string), target != record.queue,
            let change = try changeIfAllowed({ try propose(request, of: record, to: target, clocks: clocks) })
        {
            return change
        }
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.transferNoted), actor: followUp.partnerID, at: now)
        change.institutionMessages = try institutionMessages(.transfer, record, try record.application, detail, now)
        return change
    }

    /// An institution by its code, or by a code of another system's that ends with its division.
    func institution(named code: String?) -> String? {
        guard let code else { return nil }
        if registry.institutions[code] != nil { return code }
        let fitting = registry.institutions.values.filter { $0.division.map { code.hasSuffix($0) } ?? false }
        return fitting.count == 1 ? fitting.first?.code : nil
    }

    /// From when on a proposal that nobody answered goes to the city centre: the time of CLK-24, counted from the proposal.
    /// CLK-24 itself runs from the first contact.
    package func handoverLimit(from now: Instant) -> Instant? {
        current.triage.end(of: "CLK-24", from: now.timestamp).map { Instant($0) }
    }

    package var cityCentre: String? { registry.cityCentre }

    private static func transferDetail(_ registry: Registry, _ target: String, _ reason: String) -> JSONObject {
        let institution = registry.institutions[target]
        return JSONObject([
            (
                "transfer",
                .compact([
                    ("to", .string(target)), ("toName", .text(institution?.name)), ("phone", .text(institution?.phone)),
                    ("reason", .string(reason)),
                ])
            )
        ])
    }
}

extension LegalAidApplication {
    /// Adds a link to the transfer chain.
    package mutating func addTransfer(from: String, to: String, reason: String, officer: String?, at now: Instant) {
        let chain = value("transferChain")?.array ?? []
        let link = JSONValue.compact([
            ("seq", JSONValue(chain.count + 1)), ("from", .string(from)), ("to", .string(to)),
            ("at", .string(now.timestamp.rfc3339)), ("reason", .string(reason)), ("officer", .text(officer)),
        ])
        set("transferChain", .array(chain + [link]))
    }

    mutating func signLastTransfer(at now: Instant) {
        guard var chain = value("transferChain")?.array, !chain.isEmpty else { return }
        chain[chain.count - 1]["signedInAt"] = .string(now.timestamp.rfc3339)
        set("transferChain", .array(chain))
    }
}
