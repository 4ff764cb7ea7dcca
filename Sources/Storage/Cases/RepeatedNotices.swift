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
                let application = try notified(by: notice, work, transaction)
            else {
                stored.append(record)
                continue
            }
            var followUp = IntakeRecord(id: record.id, index: record.index, outcome: record.outcome)
            followUp.followUp = notice.about(application)
            stored.append(followUp)
        }
        return stored
    }

    /// The newest application that has both the person and the matter of a notice, where that one may be notified again.
    private static func notified(
        by notice: FollowUp, _ work: any FollowUpHandling, _ connection: any SQLConnection
    ) throws(StoreError) -> String? {
        func numbers(_ names: [CaseName]) throws(StoreError) -> [String] {
            var keys: [String] = []
            for case .key(let key) in names { keys.append(key) }
            return try ApplicationKeys.find(keys, near: notice.receivedAt, connection)
        }
        let persons = try numbers(notice.person)
        guard !persons.isEmpty else { return nil }
        for number in try numbers(notice.names) where persons.contains(number) {
            guard let record = try CaseRows.application(number, connection) else { continue }
            let clocks = try Clocks.ofApplication(number, connection)
            if work.change(record, clocks: clocks, by: notice) != nil { return number }
        }
        return nil
    }
}
