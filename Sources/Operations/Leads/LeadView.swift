import Canonical
import Messaging
import StrictJSON
import Vocabulary

/// A lead as lists show it.
public struct LeadView: Sendable {
    public let record: ApplicationRecord
    private let content: JSONValue

    init(_ record: ApplicationRecord) {
        self.record = record
        // What cannot be read shows nothing but its number; `gateway check` names it.
        content = (try? JSONValue(parsing: record.content)) ?? .null
    }

    public var state: LeadState? { record.standing.lead }
    public var urgency: String? { content.at("urgency.level")?.string }
    public var matter: String? { content.at("matter.caseDomain")?.string }
    /// When the institution spoke with the person, as it says.
    public var contactedAt: String? { content.at("lead.contactedAt")?.string }
    public var answeredAt: String? { content.at("lead.answeredAt")?.string }

    var json: JSONValue {
        .compact([
            ("applicationNo", .string(record.applicationNo)), ("state", .text(state?.rawValue)),
            ("stateName", .text(state?.zh)), ("institution", .text(record.queue)),
            ("partner", .string(record.partnerID)), ("receivedAt", .string(record.receivedAt.rfc3339)),
            ("urgency", .text(urgency)), ("matter", .text(matter)), ("contactedAt", .text(contactedAt)),
            ("answeredAt", .text(answeredAt)),
        ])
    }
}

extension LeadState {
    public var label: LocalizedText {
        switch self {
        case .registered: LocalizedText(zh: zh, en: "Registered")
        case .contacted: LocalizedText(zh: zh, en: "Contacted")
        case .applied: LocalizedText(zh: zh, en: "Became an application")
        case .declined: LocalizedText(zh: zh, en: "Declined by the person")
        }
    }
}
