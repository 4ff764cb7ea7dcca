import Messaging
import Vocabulary

/// Second notices for a person and a proceeding that an open application has already.
enum RepeatedNotices {
    /// The records as they are to be stored: a notice whose person and proceeding an open application has already makes no
    /// other one.
    static func renotifications(
        among records: [IntakeRecord], of commit: IntakeCommit, _ transaction: StoreTransaction
    ) throws(StoreError) -> [IntakeRecord] {
        guard let work = commit.work, !commit.isInvalid else { return records }
        var stored: [IntakeRecord] = []
        for record in records {
            guard let notice = record.renotification,
                let application = try notified(record.personKeys, by: notice, work, transaction)
            else {
                stored.append(record)
                continue
            }
            var followUp = IntakeRecord(id: record.id, index: record.index, outcome: record.outcome)
            followUp.followUp = notice.about(application)
            followUp.sharesUntil = record.sharesUntil
            stored.append(followUp)
        }
        return stored
    }

    /// The newest application that has both the person and the matter of a notice, where that one may be notified again.
    private static func notified(
        _ persons: [String], by notice: FollowUp, _ work: any FollowUpHandling, _ connection: any SQLConnection
    ) throws(StoreError) -> String? {
        let ofPerson = try ApplicationKeys.find(persons, near: notice.receivedAt, connection)
        guard !ofPerson.isEmpty else { return nil }
        var matters: [String] = []
        for case .key(let key) in notice.names { matters.append(key) }
        let ofMatter = try ApplicationKeys.find(matters, near: notice.receivedAt, connection)
        for number in ofMatter where ofPerson.contains(number) {
            do throws(StoreError) {
                guard let record = try CaseRows.application(number, connection) else { continue }
                let clocks = try Clocks.ofApplication(number, connection)
                if try work.isNotified(record, clocks: clocks, by: notice) { return number }
            } catch .corrupt {
                // A damaged row keeps no notice out: the notice makes an application of its own, and `gateway check` names
                // the row.
                continue
            }
        }
        return nil
    }
}
