import Messaging
import Transport
import Vocabulary

/// A document that somebody hands in, whichever way it came.
public struct Submission: Sendable {
    public let bytes: [UInt8]
    /// What the transport said of the bytes: format and charset (RFC 9110 §8.3). Nothing where it said nothing.
    public let mediaType: String?
    /// Who hands it in: the credential says so, not the document.
    public let caller: Caller
    /// What the call said of the document beside its bytes.
    public let terms: CallTerms
    public let receivedAt: Instant
    /// The dead letter that ends when this is stored.
    public var supersedes: SupersededDeadLetter?
    /// Handed in again after a time in the dead-letter queue: the mapping that was asked for then may be gone, and the
    /// document tells its mapping itself.
    public var isResent = false
    /// Whether it counts: in metrics, in the watch for changed documents, in the log.
    public var isObserved = false
    /// Whether a dry run tells where each value came from.
    public var explains = false

    public init(
        _ bytes: [UInt8], mediaType: String?, from caller: Caller, on terms: CallTerms = CallTerms(),
        receivedAt: Instant
    ) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.caller = caller
        self.terms = terms
        self.receivedAt = receivedAt
    }

    /// As the pipeline takes it.
    ///
    /// - Parameter sender: whose mappings and sender codes it is held to; nothing for operators, who may use all.
    public func message(from sender: Partner?) -> Pipeline.Message {
        var message = Pipeline.Message(
            bytes: bytes, mapping: terms.mapping, allowedMappings: sender?.allowedMappings,
            senderCodes: sender?.allowedSenderCodes ?? [], receivedAt: receivedAt.timestamp, explain: explains)
        message.setMediaType(mediaType)
        message.isAddressed = terms.subject != nil
        message.observes = isObserved
        message.senderType = sender?.kind.code
        message.senderName = sender?.name
        message.senderCode = sender?.senderCodes.first
        return message
    }
}
