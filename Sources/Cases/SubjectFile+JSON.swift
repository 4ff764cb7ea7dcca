import Foundation
import Messaging
import StrictJSON
import Vocabulary

extension SubjectFile {
    var isEmpty: Bool { applications.isEmpty && shares.isEmpty && waiting.isEmpty }

    /// As it is handed to the person.
    func json(at now: Instant) throws(StoreError) -> JSONValue {
        var told: [JSONValue] = []
        for application in applications { told.append(try application.json) }
        var shown: [JSONValue] = []
        for share in shares {
            shown.append([
                "from": .string(share.partnerID), "receivedAt": .string(share.receivedAt.rfc3339),
                "keptUntil": .string(share.keepUntil.rfc3339),
                "content": .array(try [JSONValue](stored: share.content, "evidence \(share.id)")),
            ])
        }
        var parked: [JSONValue] = []
        for followUp in waiting { parked.append(try followUp.json) }
        return [
            "at": .string(now.rfc3339), "applications": .array(told), "shares": .array(shown),
            "waiting": .array(parked),
        ]
    }
}

extension SubjectFile.Application {
    fileprivate var json: JSONValue {
        get throws(StoreError) {
            var statuses: [JSONValue] = []
            for status in self.statuses {
                statuses.append(.object(try JSONObject(stored: status.content, "status \(status.id)")))
            }
            var followUps: [JSONValue] = []
            for followUp in self.followUps { followUps.append(try followUp.json) }
            let standing = record.standing
            return .compact([
                ("applicationNo", .string(record.applicationNo)), ("receivedAt", .string(record.receivedAt.rfc3339)),
                ("from", .string(record.partnerID)), ("institution", .text(record.queue)),
                ("state", .string(standing.caseState?.zh ?? standing.lead?.zh ?? standing.referral.zh)),
                ("isFinished", .bool(isFinished)), ("erasedAt", .text(record.erasedAt?.rfc3339)),
                ("content", .object(try record.application.content)), ("statuses", .array(statuses)),
                (
                    "history",
                    .array(
                        history.map {
                            .compact([
                                ("at", .string($0.at.rfc3339)), ("event", .string($0.event.rawValue)),
                                ("detail", .text($0.detail)),
                            ])
                        })
                ),
                ("followUps", .array(followUps)), ("messages", .array(messages.map(\.json))),
            ])
        }
    }
}

extension SubjectFile.FollowUpContent {
    fileprivate var json: JSONValue {
        get throws(StoreError) {
            [
                "kind": .string(kind.rawValue), "from": .string(partnerID), "receivedAt": .string(receivedAt.rfc3339),
                "content": .object(try JSONObject(stored: content, "the content of follow-up \(id)")),
            ]
        }
    }
}

extension SubjectFile.Message {
    /// The bytes as they came: a message may speak of others too, whom whoever hands it out blackens.
    fileprivate var json: JSONValue {
        .compact([
            ("referralId", .string(referralID)), ("from", .string(partnerID)),
            ("receivedAt", .string(receivedAt.rfc3339)), ("mediaType", .string(document.mediaType)),
            ("digest", .string(document.digest)), ("erasedAt", .text(document.erasedAt?.rfc3339)),
            ("base64", document.erasedAt == nil ? .string(Data(document.bytes).base64EncodedString()) : nil),
        ])
    }
}
