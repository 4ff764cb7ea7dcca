import Canonical
import Messaging
import StrictJSON
import Triage
import Vocabulary

/// A second statutory notice for the same person and proceeding notifies the same application again.
extension CaseClerk {
    /// What the history and the institution are told of it.
    package static let noticeRepeated = "noticeRepeated"
    static let noticeWithdrawn = "noticeWithdrawn"

    public func isNotified(
        _ record: ApplicationRecord, clocks: [RunningClock], by notice: FollowUp
    ) throws(StoreError) -> Bool {
        for clock in clocks { _ = try clock.clock(of: record.applicationNo) }
        return try isNotified(record, by: notice)
    }

    /// In the same stage of the same case, which is open still and which an institution has. What no institution has is for
    /// a dispatcher, and the new notice may be the better one.
    private func isNotified(_ record: ApplicationRecord, by notice: FollowUp) throws(StoreError) -> Bool {
        guard record.partnerID == notice.partnerID, record.route == .byNotification, record.queue != nil,
            !record.standing.isOver, record.standing.caseState.map(Self.takesNotices) ?? true
        else { return false }
        let (known, message) = (try record.application, try notice.said)
        guard known.text("proceeding.stage") == message.text("proceeding.stage") else { return false }
        // An organ's own number may stand for several cases of one person.
        guard let number = known.text("proceeding.caseNumber"), let other = message.text("proceeding.caseNumber") else {
            return true
        }
        return number == other
    }

    /// The organ notifies again while the first notice's case is open: what it adds joins that one, and the institution is
    /// told that and what it says otherwise, which replaces nothing. Where the person had refused the lawyer, another must
    /// be assigned within three days of it.
    func renotification(
        _ record: ApplicationRecord, _ clocks: [Clock], _ message: LegalAidApplication, _ followUp: FollowUp
    ) throws(StoreError) -> CaseChange? {
        guard try isNotified(record, by: followUp) else { return nil }
        var application = try record.application
        var event = message.value("event")?.object ?? JSONObject()
        event["by"] = .string(followUp.partnerID)
        for list in ["materials", "proceeding.hearings"] { application.append(list, from: message) }
        let differing = application.content.differences(from: message.content.without(Self.ownOfMessage), at: "")
            .filter { $0.path != "proceeding.hearings" && !$0.isOurs }
        if !differing.isEmpty { event["differs"] = .array(differing.map(\.json)) }
        for (name, value) in message.content.members where !Self.ownOfMessage.contains(name) {
            application.complete(name, with: value)
        }
        let missing = try stillMissing(
            application, of: record, evidence: [], came: message.value("materials")?.array ?? [])
        application.set("missing", .array(missing))
        application.note(event)
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.caseEvent), actor: followUp.partnerID, at: followUp.receivedAt)
        change.detail = Self.noticeRepeated
        if record.standing.caseState == .refusalExamined {
            change.clocks = current.triage.advance(
                clocks, by: .noticeRepeated, at: followUp.receivedAt.timestamp, for: application
            ).map { RunningClock($0) }
        }
        change.content = CanonicalContent(application.content)
        change.institutionMessages = try institutionMessages(
            .caseEvent, record, application, event, followUp.receivedAt)
        return change
    }

    /// The second notice is taken back, the first one stands: the institution is told, and what became of the case with the
    /// second notice is for it to look at.
    func noticeWithdrawal(
        _ record: ApplicationRecord, _ reason: String?, _ followUp: FollowUp
    ) throws(StoreError) -> CaseChange {
        var application = try record.application
        let event = JSONObject([
            ("code", .string(Self.noticeWithdrawn)), ("at", .string(followUp.receivedAt.timestamp.rfc3339)),
            ("by", .string(followUp.partnerID)),
        ])
        application.note(event)
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.caseEvent), actor: followUp.partnerID, at: followUp.receivedAt)
        change.detail = Self.noticeWithdrawn
        guard !record.standing.isOver else { return change }
        change.content = CanonicalContent(application.content)
        var told = event
        told["result"] = .text(reason)
        change.institutionMessages = try institutionMessages(
            .caseEvent, record, application, told, followUp.receivedAt)
        return change
    }

    /// Whether a case is still that of the first notice. What was ended begins anew with another notice.
    private static func takesNotices(_ state: CaseState) -> Bool {
        switch state {
        case .pendingIntake, .noticeChecked, .noticeIncomplete, .refusalExamined, .assigned, .entrusted, .inProgress,
            .replacing:
            true
        case .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking, .advanceAid, .granted,
            .refused, .deemedWithdrawn, .withdrawn, .transferredOut, .terminated, .closed, .archived,
            .objectionPending, .objectionUpheld, .objectionCorrected, .helpRequested, .dutyLawyerArranged, .helpGiven:
            false
        }
    }
}

/// A field of which a later message says something else.
private struct Difference {
    /// Canonical, dotted.
    let path: String
    /// What the later one says.
    let said: JSONValue

    var json: JSONValue { ["path": .string(path), "said": said] }

    /// What the gateway itself worked out says nothing of the sender.
    var isOurs: Bool { CanonicalModel.application.field(at: path.replacing(".", with: "/"))?.origin == .gateway }
}

extension JSONObject {
    fileprivate func without(_ names: Set<String>) -> JSONObject {
        JSONObject(members.filter { !names.contains($0.name) }.map { ($0.name, $0.value) })
    }

    /// What a message says otherwise of what is known; lists count as one value.
    fileprivate func differences(from message: JSONObject, at path: String) -> [Difference] {
        message.members.flatMap { name, said -> [Difference] in
            let below = path.isEmpty ? name : "\(path).\(name)"
            guard let known = self[name], known != said else { return [] }
            if let object = known.object, let other = said.object {
                return object.differences(from: other, at: below)
            }
            return [Difference(path: below, said: said)]
        }
    }
}

extension LegalAidApplication {
    /// Adds those items of a message's list that are not there yet.
    mutating func append(_ list: String, from message: LegalAidApplication) {
        let known = value(list)?.array ?? []
        let added = (message.value(list)?.array ?? []).filter { !known.contains($0) }
        if !added.isEmpty { set(list, .array(known + added)) }
    }
}
