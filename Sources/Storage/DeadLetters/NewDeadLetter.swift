import Messaging
import Vocabulary

/// A message that begins as a dead letter: a document that could not be used, an application that no rule routes, a
/// follow-up that waited in vain.
struct NewDeadLetter {
    let id: String
    let channel: Channel
    let correlationID: String
    let partner: String
    let senderMessageID: String?
    let mediaType: String
    let createdAt: Instant
    var dueAt: Instant?
    var priority = 0
    let since: Instant
    let cause: DeadLetterCause
    /// In words, for operators.
    var problem: String?
    /// JSON array.
    var findings: [UInt8]?
    var traceParent: String?
    /// The place of the record that failed, among so many of its document.
    var record: (index: Int, count: Int)?
}
