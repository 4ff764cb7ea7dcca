public struct DeadLetterFilter: Sendable {
    public var reason: DeadLetterReason?
    public var partnerID: String?
    public var queue: String?
    public var channel: Channel?

    public init(
        reason: DeadLetterReason? = nil, partnerID: String? = nil, queue: String? = nil, channel: Channel? = nil
    ) {
        self.reason = reason
        self.partnerID = partnerID
        self.queue = queue
        self.channel = channel
    }
}

public struct DeadLetterSummary: Sendable {
    public let id: String
    public let reason: DeadLetterReason
    public let channel: Channel
    public let partnerID: String
    public let queue: String?
    public let senderMessageID: String?
    public let correlationID: String
    public let since: Instant
    public let attempts: Int
    public let problem: String?

    public init(
        id: String, reason: DeadLetterReason, channel: Channel, partnerID: String, queue: String?,
        senderMessageID: String?, correlationID: String, since: Instant, attempts: Int, problem: String?
    ) {
        self.id = id
        self.reason = reason
        self.channel = channel
        self.partnerID = partnerID
        self.queue = queue
        self.senderMessageID = senderMessageID
        self.correlationID = correlationID
        self.since = since
        self.attempts = attempts
        self.problem = problem
    }
}

public struct DeadLetterDetail: Sendable {
    public let summary: DeadLetterSummary
    /// The original bytes: the referral as it came, or the status as it would have left.
    public let payload: [UInt8]
    public let mediaType: String
    public let digest: String?
    /// JSON array.
    public let findings: [UInt8]?
    public let history: [HistoryEntry]

    public init(
        summary: DeadLetterSummary, payload: [UInt8], mediaType: String, digest: String?, findings: [UInt8]?,
        history: [HistoryEntry]
    ) {
        self.summary = summary
        self.payload = payload
        self.mediaType = mediaType
        self.digest = digest
        self.findings = findings
        self.history = history
    }
}

/// What happened to a message, when, by whom (Message History).
public struct HistoryEntry: Sendable, Hashable {
    public let at: Instant
    public let event: String
    public let actor: String
    public let detail: String?

    public init(at: Instant, event: String, actor: String, detail: String?) {
        self.at = at
        self.event = event
        self.actor = actor
        self.detail = detail
    }
}
