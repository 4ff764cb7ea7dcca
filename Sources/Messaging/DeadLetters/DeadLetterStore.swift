import StrictJSON
import Vocabulary

/// The messages that wait for a person (Dead Letter Channel). Looking changes nothing.
public protocol DeadLetterStore: Sendable {
    /// In the order of age. The cost does not grow with what is stored.
    func deadLetters(
        _ filter: DeadLetterFilter, newestFirst: Bool, after cursor: DeadLetterCursor?, limit: Int
    ) async throws(StoreError) -> DeadLetterPage
    func deadLetter(_ id: String) async throws(StoreError) -> DeadLetterDetail?
    /// Whether there is such a message, dead or not.
    func knowsMessage(_ id: String) async throws(StoreError) -> Bool
    /// When the content of a message that ended was erased.
    func messageErased(_ id: String) async throws(StoreError) -> Instant?
    /// How many dead letters match, by cause, the most frequent first. Only what is asked for by time or by message id is counted
    /// dead letter by dead letter.
    func deadLetterCauses(_ filter: DeadLetterFilter) async throws(StoreError) -> [CauseCount]
    /// The same by everything that a list is filtered by; cheap where neither time nor message id is asked for.
    func deadLetterGroups(_ filter: DeadLetterFilter) async throws(StoreError) -> [DeadLetterGroup]

    /// Queues a dead letter again, for `queue` where a person chose one. The act is recorded with it.
    func requeue(
        _ id: String, version: DeadLetterVersion?, queue: String?, _ act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult
    /// Ends a dead letter for good; `word` is queued for its sender in the same transaction, unless something else that came
    /// under the same message id lives on.
    ///
    /// - Returns: whether the sender is told.
    func discard(
        _ id: String, version: DeadLetterVersion?, word: Envelope?, _ act: AuditAct
    ) async throws(StoreError) -> (result: DeadLetterActResult, isTold: Bool)
}
