import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

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
        let institution = summary.queue.flatMap { registry.institutions[LeadQueue.institution(of: $0)] }
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
