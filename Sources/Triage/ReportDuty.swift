import Canonical
import Documents
import Vocabulary

/// What a sender must be told of a step, and the report of it must therefore hold.
public struct ReportDuty: Sendable {
    let head: RuleHead
    let events: Set<String>
    /// Nothing where all kinds are meant.
    let audiences: Set<Audience>?
    /// Members of the report, dotted, such as `assignment.phone`; of a list each item must hold them.
    public let tells: [String]

    public var id: String { head.id }
    public var title: String { head.title }
    public var basis: String { head.basis }

    static func read(_ elements: [Node], _ reader: inout RuleReader) -> [ReportDuty] {
        elements.filter { $0.name == "report" }.map { element in
            let members = CanonicalModel.status.fields.map { $0.path.replacing("/", with: ".") }
            let known = Audience.allCases.map(\.rawValue)
            let audiences =
                element.attribute("audiences") == "all"
                ? nil
                : Set(reader.words("audiences", of: element, among: known).compactMap(Audience.init(rawValue:)))
            return ReportDuty(
                head: reader.head(of: element),
                events: Set(reader.words("events", of: element, among: CaseEvent.allCases.map(\.rawValue))),
                audiences: audiences, tells: reader.words("tells", of: element, among: members))
        }
    }
}

extension Triage {
    /// What the report of a step must hold for senders that may know so much, on a day.
    public func duties(of event: CaseEvent, toTell audience: Audience, on day: CalendarDate) -> [ReportDuty] {
        rules.duties.filter { duty in
            duty.events.contains(event.rawValue) && duty.audiences?.contains(audience) ?? true
                && duty.head.validity.holds(on: day)
        }
    }
}
