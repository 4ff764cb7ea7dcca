import Vocabulary

/// What the doors decide inside the store's transaction, where alone it is certain what came before. Nothing in it
/// waits for anything, so that the transaction stays short. A stored row that cannot be read is `StoreError.corrupt`.
public protocol FollowUpHandling: Sendable {
    /// Which of the applications that a follow-up's strongest name leads to are meant.
    func meant(_ found: [ApplicationRecord], by followUp: FollowUp) throws(StoreError) -> [ApplicationRecord]
    /// What a follow-up does to one application; nothing where that one is not concerned.
    ///
    /// - Parameter clocks: those of the application.
    func change(
        _ record: ApplicationRecord, clocks: [RunningClock], by followUp: FollowUp
    ) throws(StoreError) -> CaseChange?
    /// Whether a statutory notice is a second one about this application, and no application of its own.
    ///
    /// - Parameter clocks: those of the application, which must be readable as well.
    func isNotified(
        _ record: ApplicationRecord, clocks: [RunningClock], by notice: FollowUp
    ) throws(StoreError) -> Bool
    /// How a new application is related to an earlier one that shares a key with it, and to what that one is related to.
    func relations(of record: ApplicationRecord, to old: ApplicationRecord) throws(StoreError) -> [Relation]
    /// What a side of a relation learns: the record's content names the others, and its institution is told.
    func change(
        _ record: ApplicationRecord, related: [Relation], isNew: Bool, at now: Instant
    ) throws(StoreError) -> CaseChange
    /// What the sender is answered once it is known which applications its follow-ups belong to, and which records are new.
    ///
    /// - Parameter kept: nothing where all of them are.
    func answer(
        _ commit: IntakeCommit, attached: [String: [JoinedApplication]], kept: KeptRecords?
    ) throws(StoreError) -> IntakeAnswer
}
