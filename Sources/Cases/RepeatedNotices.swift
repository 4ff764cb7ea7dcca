import Canonical
import Messaging
import StrictJSON
import Triage
import Vocabulary

/// A second statutory notice for the same person and proceeding notifies the same application again.
extension CaseClerk {
    /// What the history and the institution are told of it.
    package static let noticeRepeated = "noticeRepeated"

    /// The organ notifies again while the first notice's case is open: what it adds joins that one, and the institution is
    /// told. Where the person had refused the lawyer, another must be assigned within three days of it.
    func renotification(
        _ record: ApplicationRecord, _ clocks: [Clock], _ message: LegalAidApplication, _ followUp: FollowUp
    ) throws(StoreError) -> CaseChange? {
        guard record.partnerID == followUp.partnerID, record.route == .byNotification, !record.standing.isOver,
            record.standing.caseState.map(Self.takesNotices) ?? true
        else { return nil }
        var application = try record.application
        guard application.text("proceeding.stage") == message.text("proceeding.stage") else { return nil }
        let materials = application.value("materials")?.array ?? []
        let added = (message.value("materials")?.array ?? []).filter { !materials.contains($0) }
        if !added.isEmpty { application.set("materials", .array(materials + added)) }
        for (name, value) in message.content.members where !Self.ownOfMessage.contains(name) {
            application.complete(name, with: value)
        }
        application.set("missing", .array(try stillMissing(application, of: record, evidence: [])))
        var event = message.value("event")?.object ?? JSONObject()
        event["by"] = .string(followUp.partnerID)
        application.set(
            "progress.events", .array((application.value("progress.events")?.array ?? []) + [.object(event)]))
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.caseEvent), actor: followUp.partnerID, at: followUp.receivedAt)
        change.detail = Self.noticeRepeated
        if record.standing.caseState == .refusalExamined {
            change.clocks = current.triage.advance(
                clocks, by: .noticeRepeated, at: followUp.receivedAt.timestamp, for: application
            ).map { RunningClock($0) }
        }
        change.content = JSONValue.object(application.content).serialized()
        change.institutionMessages = try institutionMessages(
            .caseEvent, record, application, event, followUp.receivedAt)
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
