import Canonical
import Documents

/// The same person twice in one message: one application, not two lawyers (§6.6). Whether two are the same is only known
/// where number and name agree; everything less is told and both are kept.
struct RepeatedPersons {
    struct Entry {
        let message: Int
        let node: Node
        let rule: String
    }

    /// What two records of one message have in common.
    private enum Likeness { case samePerson, doubtful }

    private(set) var records: [TranslatedRecord] = []
    private var entries: [Entry] = []

    /// Adds a record, or tells the first one of the same person that it came again.
    mutating func add(_ record: TranslatedRecord, _ entry: Entry) {
        var record = record
        for index in records.indices where entries[index].message == entry.message {
            switch Self.likeness(of: records[index].application, and: record.application) {
            case .samePerson:
                records[index].findings.append(Self.finding("personRepeated", at: entry))
                return
            case .doubtful: record.findings.append(Self.finding("personDoubtful", at: entry))
            case nil: continue
            }
        }
        records.append(record)
        entries.append(entry)
    }

    private static func finding(_ code: String, at entry: Entry) -> Finding {
        Finding(
            severity: .warning, code: code, path: "recipient", location: entry.node.location, rule: entry.rule)
    }

    private static func likeness(of one: LegalAidApplication, and other: LegalAidApplication) -> Likeness? {
        guard makesApplications(one), one.intakeKind == other.intakeKind else { return nil }
        let (name, otherName) = (one.text("recipient.name"), other.text("recipient.name"))
        let (number, otherNumber) = (one.idNumber, other.idNumber)
        if let number, number == otherNumber {
            return name == nil || otherName == nil || name == otherName ? .samePerson : .doubtful
        }
        guard let name, name == otherName else { return nil }
        // Namesakes have numbers of their own; without a number nothing but the whole record tells.
        let isWhole = number == nil && otherNumber == nil && one.content == other.content
        return isWhole ? .samePerson : .doubtful
    }

    private static func makesApplications(_ application: LegalAidApplication) -> Bool {
        switch application.intakeKind {
        case .application, .notification, .referralSuggestion, .consultation, .lead, .dutyLawyerHelp: true
        case .supplement, .cancel, .caseEvent, .statusShare, .transfer, nil: false
        }
    }
}
