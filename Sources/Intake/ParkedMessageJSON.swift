import Messaging
import StrictJSON
import Vocabulary

extension FollowUpRecord {
    /// What waits, since when, until when; no word of what it says.
    ///
    /// - Parameter standings: of the applications that it joined.
    func json(now: Instant, standings: [ApplicationStanding] = []) -> JSONValue {
        let progress = FollowUpProgress(kind, state, deadLetter: deadLetter, standings: standings)
        return .compact([
            ("id", .string(id)), ("referralId", .string(referralID)), ("partner", .string(partnerID)),
            ("kind", .string(kind.rawValue)), ("state", .string(state.rawValue)),
            ("progress", .string(progress.rawValue)),
            ("receivedAt", .string(receivedAt.rfc3339)), ("until", .string(keepUntil.rfc3339)),
            (
                "ageSeconds",
                state == .parked ? .some(JSONValue(Int((now.milliseconds - receivedAt.milliseconds) / 1000))) : .none
            ),
            ("reason", reason.map { .string($0) }),
            ("awaits", state == .parked ? .array(names.map(\.json)) : nil),
            ("applications", .array(applicationNos.map(JSONValue.string))),
        ])
    }
}

extension FollowUpRecord {
    private var reason: String? {
        switch state {
        case .parked: "所指转介尚未收到"
        case .quarantined: deadLetter == .discarded ? "逾期未等到所指转介，已由人工作废" : "逾期未等到所指转介，已转人工处理"
        case .attached: nil
        }
    }
}

extension CaseName {
    /// Case numbers and persons are known by their keyed hash alone, and that helps nobody.
    var json: JSONValue {
        switch self {
        case .applicationNo(let number): ["applicationNo": .string(number)]
        case .referral(let id): ["referralId": .string(id)]
        case .message(let partner, let id): ["partner": .string(partner), "messageId": .string(id)]
        case .key: ["hidden": true]
        }
    }
}
