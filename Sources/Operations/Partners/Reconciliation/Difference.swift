import Messaging
import StrictJSON
import Vocabulary

/// Where a partner's list and the gateway's differ.
struct Difference: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        /// The partner says it sent it; it never arrived.
        case notReceived
        /// It arrived on another day.
        case otherDay
        /// It arrived, and the partner's list does not have it.
        case notListed
        /// Both have it, and say different things of it.
        case stateDiffers
        /// It was delivered, and the partner does not have it.
        case statusLost
        /// The partner has it, and has not confirmed it.
        case statusUnconfirmed
        /// The partner names one that was never made for it.
        case statusUnknown

        var advice: LocalizedText {
            switch self {
            case .notReceived:
                LocalizedText(zh: "网关没有收到：请用同一编号重发。", en: "It never arrived: send it again under its id.")
            case .otherDay:
                LocalizedText(zh: "网关在另一天收到：请核对贵方的日期。", en: "It arrived on another day: look at your dates.")
            case .notListed:
                LocalizedText(
                    zh: "网关已收到而贵方清单没有：请核对贵方记录。", en: "It arrived and your list lacks it: look at your records.")
            case .stateDiffers:
                LocalizedText(
                    zh: "双方状态不同：以 ours 为准，refused 的请更正后重发。", en: "The states differ: ours holds; mend what was refused."
                )
            case .statusLost:
                LocalizedText(
                    zh: "已送达而贵方没有：用 GET /v1/statuses 重新读取。",
                    en: "It was delivered and you lack it: read it with GET /v1/statuses.")
            case .statusUnconfirmed:
                LocalizedText(
                    zh: "贵方已有而未确认，会再次送来：请按编号识别重复。",
                    en: "You have it and did not confirm it: it will come again, known by its id.")
            case .statusUnknown: LocalizedText(zh: "网关没有这个编号的状态。", en: "No status of this id was made for you.")
            }
        }
    }

    let kind: Kind
    private let id: String
    private let referralID: String?
    private let applicationNo: String?
    private let ours: String?
    private let said: PartnerList.State?
    private let at: Instant?

    init(_ kind: Kind, _ message: ReceivedMessage, said: PartnerList.State?) {
        self.kind = kind
        id = message.messageID ?? message.referralID
        referralID = message.referralID
        applicationNo = nil
        ours = PartnerList.State(message.outcome).rawValue
        self.said = said
        at = message.receivedAt
    }

    init(notReceived id: String, said: PartnerList.State?) {
        kind = .notReceived
        self.id = id
        (referralID, applicationNo, ours, at) = (nil, nil, nil, nil)
        self.said = said
    }

    init(_ kind: Kind, _ status: MadeStatus) {
        self.kind = kind
        id = status.id
        referralID = nil
        applicationNo = status.applicationNo
        ours = status.state == .delivered ? "delivered" : status.state == .dead ? "failed" : "waiting"
        said = nil
        at = status.createdAt
    }

    init(unknownStatus id: String) {
        kind = .statusUnknown
        self.id = id
        (referralID, applicationNo, ours, said, at) = (nil, nil, nil, nil, nil)
    }

    var json: JSONValue {
        .compact([
            ("kind", .string(kind.rawValue)), ("id", .string(id)), ("referralId", .text(referralID)),
            ("applicationNo", .text(applicationNo)), ("ours", .text(ours)), ("yours", .text(said?.rawValue)),
            ("at", .text(at?.rfc3339)), ("advice", ["zh": .string(kind.advice.zh), "en": .string(kind.advice.en)]),
        ])
    }
}
