import Canonical
import Documents
import Vocabulary

/// What a sender must be told of a step, and the report of it must therefore hold.
public struct ReportDuty: Sendable {
    let head: RuleHead
    let events: Set<String>
    /// Nothing where all kinds are meant.
    let senders: Set<String>?
    /// Members of the report, dotted, such as `assignment.phone`; of a list each item must hold them.
    public let tells: [String]

    public var id: String { head.id }
    public var title: String { head.title }
    public var basis: String { head.basis }

    static func read(_ elements: [Node], _ reader: inout RuleReader) -> [ReportDuty] {
        elements.filter { $0.name == "report" }.map { element in
            let known = CanonicalModel.status.fields.map { $0.path.replacing("/", with: ".") }
            let senders = element.attribute("senders") == "all" ? nil : SenderType.allCases.map(\.rawValue)
            return ReportDuty(
                head: reader.head(of: element),
                events: Set(reader.words("events", of: element, among: CaseEvent.allCases.map(\.rawValue))),
                senders: senders.map { Set(reader.words("senders", of: element, among: $0)) },
                tells: reader.words("tells", of: element, among: known))
        }
    }
}

extension Triage {
    /// What the report of a step must hold for a sender of that kind, on a day.
    public func duties(of event: CaseEvent, toTell sender: SenderType, on day: CalendarDate) -> [ReportDuty] {
        rules.duties.filter { duty in
            duty.events.contains(event.rawValue) && duty.senders?.contains(sender.rawValue) ?? true
                && duty.head.validity.holds(on: day)
        }
    }
}
