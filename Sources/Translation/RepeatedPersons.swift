import Canonical
import Documents
import Vocabulary

/// The same person twice in one message: one application, not two lawyers (§6.6). Whether two are the same is only known
/// where number and name agree; everything less is told and both are kept, and so is the same person under message ids of
/// their own, each of which has an answer of its own.
struct RepeatedPersons {
    struct Entry {
        let node: Node
        let rule: String
    }

    /// What two records of one message have in common.
    private enum Likeness { case samePerson, doubtful }

    private(set) var records: [TranslatedRecord] = []
    private var byNumber: [Sensitive<String>: Int] = [:]
    private var byName: [Sensitive<String>: Int] = [:]

    /// Adds a record, or tells the first one of the same person that it came again.
    mutating func add(_ record: TranslatedRecord, _ entry: Entry) {
        var record = record
        guard Self.makesApplications(record.application) else {
            records.append(record)
            return
        }
        let number = record.application.idNumber
        let name = record.application.name
        let known = Set([number.flatMap { byNumber[$0] }, name.flatMap { byName[$0] }].compactMap(\.self)).sorted()
        for index in known {
            switch Self.likeness(of: records[index].application, and: record.application) {
            case .samePerson:
                records[index].findings.append(Self.finding("personRepeated", at: entry))
                return
            case .doubtful: record.findings.append(Self.finding("personDoubtful", at: entry))
            case nil: continue
            }
        }
        if let number, byNumber[number] == nil { byNumber[number] = records.count }
        if let name, byName[name] == nil { byName[name] = records.count }
        records.append(record)
    }

    private static func finding(_ code: String, at entry: Entry) -> Finding {
        Finding(
            severity: .warning, code: code, path: "recipient", location: entry.node.location, rule: entry.rule)
    }

    private static func likeness(of one: LegalAidApplication, and other: LegalAidApplication) -> Likeness? {
        guard one.intakeKind == other.intakeKind else { return nil }
        let isOneMessage = one.text("source.messageId") == other.text("source.messageId")
        let (name, otherName) = (one.name, other.name)
        let (number, otherNumber) = (one.idNumber, other.idNumber)
        if let number, number == otherNumber {
            return isOneMessage && (name == nil || otherName == nil || name == otherName) ? .samePerson : .doubtful
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
