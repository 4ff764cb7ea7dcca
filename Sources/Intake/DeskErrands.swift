import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

extension FrontDoor {
    /// The walk that a mended message of this dead letter would take; stores nothing.
    public func dryRun(bytes: [UInt8], of deadLetter: DeadLetterDetail) throws -> JSONValue {
        let message = try resent(bytes, of: deadLetter, at: now()).message
        return pipeline.assess(try translate(message, about: deadLetter.terms.subject), message, evidence: { _ in [] })
            .json
    }
}

extension FrontDoor {
    /// A message that waited in vain looks again for the referral that it is about.
    public func retryMatch(_ id: String, version: DeadLetterVersion, act: AuditAct) async throws(StoreError)
        -> DeadLetterActResult
    {
        try await store.retryFollowUp(
            id, version: version, keepUntil: act.at.advanced(milliseconds: limits.parking), work: clerk, act)
    }
}

extension FrontDoor {
    /// Asks the rules of the day of receipt, as they are loaded now, once more about an application as it is on file,
    /// with what is on file about its person.
    ///
    /// - Parameter explain: whether every rule is told of, not only those that say something.
    /// - Returns: the application with what they said when it came, and what they say now; nothing where there is none.
    public func reassess(
        applicationNo: String, explain: Bool = false
    ) async throws(StoreError) -> (record: ApplicationRecord, now: Assessment, rules: String?)? {
        guard let record = try await store.application(applicationNo) else { return nil }
        let application = record.application
        let evidence = try await evidence(on: [application], at: now())
        let triage = pipeline.triage
        let assessment = triage.assess(
            application, receivedAt: record.receivedAt.timestamp, evidence: evidence(application), explain: explain)
        return (record, assessment, triage.digest)
    }
}

extension BackDoor {
    /// What tells a sender that its message was laid aside for good: status 99 in the sender's own format.
    ///
    /// - Returns: nothing for a message that was not the sender's own, that bears no id, or where the sender's format has
    ///   no room for such a word.
    public func rejection(of deadLetter: DeadLetterDetail, reason: String) throws -> Envelope? {
        let summary = deadLetter.summary
        guard summary.channel != .status, let messageID = summary.senderMessageID,
            let partner = registry.partners[summary.partnerID]
        else { return nil }
        let now = now()
        var content = JSONObject([("schemaVersion", "1.0")])
        content["eventId"] = .string("LA-OUT-" + identifiers.next(at: now))
        // A message that never became an application is known to its sender by the referral's number.
        content["applicationNo"] = .string(summary.correlationID)
        content["messageId"] = .string(messageID)
        content["senderCode"] = .text(partner.senderCodes.first)
        content["senderName"] = .string(partner.name)
        content["code"] = .string(StatusCode.ackRejected.rawValue)
        content["name"] = .string(StatusCode.ackRejected.zh)
        content["at"] = .string(now.timestamp.rfc3339)
        let institution = summary.queue.flatMap { registry.institutions[$0] }
        content["institution"] = .compact([
            ("code", .text(institution?.code)), ("name", .string(institution?.name ?? "法律援助转介网关")),
            ("phone", .text(institution?.phone)), ("division", .text(institution?.division)),
        ])
        content["remark"] = .string(reason)
        do {
            return try clerk.envelope(
                for: StatusEvent(content: content), to: partner, correlationID: summary.correlationID,
                sender: "gateway",
                at: now)
        } catch {
            log.warning(
                "sender not told of a discarded message",
                [("deadLetter", .string(summary.id)), ("error", .string(error.code))])
            return nil
        }
    }
}
