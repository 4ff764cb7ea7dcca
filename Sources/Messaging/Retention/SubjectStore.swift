import Vocabulary

/// What is stored about one person, found by keyed hashes.
public protocol SubjectStore: Sendable {
    /// - Parameter now: how far the quarters go that applications are found in.
    func subject(_ persons: [String], now: Instant) async throws(StoreError) -> SubjectFile
    /// Erases everything about the person, unless something is not finished.
    ///
    /// - Parameter act: by whom; what was erased is proved as an erasure after a period is.
    func eraseSubject(_ persons: [String], _ act: AuditAct) async throws(StoreError) -> SubjectErasure
}

/// What became of a person's wish to be erased.
public enum SubjectErasure: Sendable, Hashable {
    /// These applications are not finished, or these messages wait: nothing was erased.
    case refused([String])
    /// So many records; these messages speak of others too, and are kept until their own time is over.
    case erased(records: Int, keptMessages: [String])
}
