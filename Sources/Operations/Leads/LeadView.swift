import Canonical
import Messaging
import StrictJSON
import Vocabulary

/// A lead as lists show it.
public struct LeadView: Sendable {
    public let record: ApplicationRecord
    /// Who must speak with the person.
    public let institution: String?
    private let content: JSONValue

    /// - Parameter cityCentre: whose the leads are that lie with no institution.
    init(_ record: ApplicationRecord, cityCentre: String?) throws(StoreError) {
        self.record = record
        institution = record.queue ?? cityCentre
        content = .object(try record.canonical)
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
            ("stateName", .text(state?.zh)), ("institution", .text(institution)),
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
