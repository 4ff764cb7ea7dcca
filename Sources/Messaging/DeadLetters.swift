import StrictJSON

/// Which letters are wanted; `nil` leaves a condition out.
public struct DeadLetterFilter: Sendable, Hashable {
    public var reason: DeadLetterReason?
    public var partnerID: String?
    public var queue: String?
    public var channel: Channel?
    /// `DeadLetterCause.name`.
    public var cause: String?
    /// Dead since then, or later.
    public var since: Instant?
    /// Dead before then.
    public var until: Instant?
    /// The sender's own id of the message.
    public var senderMessageID: String?

    public init(
        reason: DeadLetterReason? = nil, partnerID: String? = nil, queue: String? = nil, channel: Channel? = nil,
        cause: String? = nil, since: Instant? = nil, until: Instant? = nil, senderMessageID: String? = nil
    ) {
        self.reason = reason
        self.partnerID = partnerID
        self.queue = queue
        self.channel = channel
        self.cause = cause
        self.since = since
        self.until = until
        self.senderMessageID = senderMessageID
    }
}

/// A place in the list of letters, which is in the order of age.
public struct DeadLetterCursor: Sendable, Hashable, Comparable {
    public let since: Instant
    public let id: String

    public init(since: Instant, id: String) {
        self.since = since
        self.id = id
    }

    public static func < (one: Self, other: Self) -> Bool { (one.since, one.id) < (other.since, other.id) }

    /// As callers get it and give it back.
    public var text: String { "\(since.milliseconds).\(id)" }

    public init?(text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]) else { return nil }
        self.init(since: Instant(milliseconds: milliseconds), id: String(parts[1]))
    }
}

public struct DeadLetterPage: Sendable {
    public let letters: [DeadLetterSummary]
    /// Where the next page begins; nothing at the end.
    public let next: DeadLetterCursor?

    public init(letters: [DeadLetterSummary], next: DeadLetterCursor?) {
        self.letters = letters
        self.next = next
    }
}

public struct DeadLetterSummary: Sendable {
    public let id: String
    public let reason: DeadLetterReason
    public let cause: DeadLetterCause
    public let channel: Channel
    public let partnerID: String
    public let queue: String?
    public let senderMessageID: String?
    public let correlationID: String
    public let since: Instant
    public let attempts: Int
    public let problem: String?

    public init(
        id: String, cause: DeadLetterCause, channel: Channel, partnerID: String, queue: String?,
        senderMessageID: String?, correlationID: String, since: Instant, attempts: Int, problem: String?
    ) {
        self.id = id
        reason = cause.reason
        self.cause = cause
        self.channel = channel
        self.partnerID = partnerID
        self.queue = queue
        self.senderMessageID = senderMessageID
        self.correlationID = correlationID
        self.since = since
        self.attempts = attempts
        self.problem = problem
    }

    /// Every act ends this stay in the tray, and a message that comes back comes at another time.
    public var version: LetterVersion { LetterVersion(since: since) }
    public var cursor: DeadLetterCursor { DeadLetterCursor(since: since, id: id) }
}

/// Which stay in the tray an operator has seen; an act that names another one is refused.
public struct LetterVersion: Sendable, Hashable {
    public let since: Instant

    public init(since: Instant) { self.since = since }

    public var text: String { String(since.milliseconds, radix: 36) }

    public init?(text: String) {
        guard let milliseconds = Int64(text, radix: 36) else { return nil }
        self.init(since: Instant(milliseconds: milliseconds))
    }
}

public struct DeadLetterDetail: Sendable {
    public let summary: DeadLetterSummary
    /// The bytes that failed: the referral as it came or was resent, or the status as it would have left.
    public let payload: [UInt8]
    public let mediaType: String
    /// The encoding that the payload turned out to have.
    public let encoding: String?
    public let digest: String?
    /// Of the call that brought the referral.
    public let terms: CallTerms
    /// JSON array.
    public let findings: [UInt8]?
    public let history: [HistoryEntry]
    /// The letter that this message was resent from.
    public let origin: LetterOrigin?

    public init(
        summary: DeadLetterSummary, payload: [UInt8], mediaType: String, encoding: String?, digest: String?,
        terms: CallTerms, findings: [UInt8]?, history: [HistoryEntry], origin: LetterOrigin?
    ) {
        self.summary = summary
        self.payload = payload
        self.mediaType = mediaType
        self.encoding = encoding
        self.digest = digest
        self.terms = terms
        self.findings = findings
        self.history = history
        self.origin = origin
    }
}

/// Who resent a letter, why, and what it was before.
public struct LetterOrigin: Sendable {
    public let letterID: String
    public let isEdited: Bool
    public let actor: String
    public let reason: String
    public let at: Instant
    /// The bytes before the edit, unchanged.
    public let payload: [UInt8]
    public let digest: String

    public init(
        letterID: String, isEdited: Bool, actor: String, reason: String, at: Instant, payload: [UInt8],
        digest: String
    ) {
        self.letterID = letterID
        self.isEdited = isEdited
        self.actor = actor
        self.reason = reason
        self.at = at
        self.payload = payload
        self.digest = digest
    }
}

/// How many letters have one cause.
public struct CauseCount: Sendable {
    public let cause: DeadLetterCause
    public let count: Int
    public let oldest: Instant
    public let newest: Instant

    public init(cause: DeadLetterCause, count: Int, oldest: Instant, newest: Instant) {
        self.cause = cause
        self.count = count
        self.oldest = oldest
        self.newest = newest
    }
}

/// What became of an act on a letter.
public enum LetterOutcome: Sendable, Hashable {
    case done
    /// It is no dead letter any more, or is one again: somebody else was first.
    case stale
    case notFound
}

/// The tray of the letters that wait for a person (Dead Letter Channel). Looking changes nothing.
public protocol DeadLetterStore: Sendable {
    /// In the order of age. The cost does not grow with what is stored.
    func deadLetters(
        _ filter: DeadLetterFilter, newestFirst: Bool, after cursor: DeadLetterCursor?, limit: Int
    ) async throws(StoreError) -> DeadLetterPage
    func deadLetter(_ id: String) async throws(StoreError) -> DeadLetterDetail?
    /// Whether there is such a message, dead or not.
    func knowsMessage(_ id: String) async throws(StoreError) -> Bool
    /// How many letters match, by cause, the most frequent first. Only what is asked for by time or by message id is counted
    /// letter by letter.
    func deadLetterCauses(_ filter: DeadLetterFilter) async throws(StoreError) -> [CauseCount]

    /// Queues a letter again, for `queue` where a person chose one. The act is recorded with it.
    func requeue(
        _ id: String, version: LetterVersion?, queue: String?, _ act: AuditAct
    ) async throws(StoreError) -> LetterOutcome
    /// Ends a letter for good; `word` is queued for its sender in the same transaction.
    func discard(
        _ id: String, version: LetterVersion?, word: Envelope?, _ act: AuditAct
    ) async throws(StoreError) -> LetterOutcome
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

extension DeadLetterFilter {
    /// The filter as it is stored and answered; times in milliseconds.
    public var json: JSONValue {
        .compact([
            ("reason", .text(reason?.rawValue)), ("partner", .text(partnerID)), ("queue", .text(queue)),
            ("channel", .text(channel?.rawValue)), ("cause", .text(cause)),
            ("since", since.map { .number(String($0.milliseconds)) }),
            ("until", until.map { .number(String($0.milliseconds)) }), ("messageId", .text(senderMessageID)),
        ])
    }

    /// Reads what `json` wrote.
    public init(json: JSONObject) {
        func instant(_ name: String) -> Instant? { json[name]?.int.map { Instant(milliseconds: Int64($0)) } }
        self.init(
            reason: json["reason"]?.string.flatMap(DeadLetterReason.init(rawValue:)),
            partnerID: json["partner"]?.string, queue: json["queue"]?.string,
            channel: json["channel"]?.string.flatMap(Channel.init(rawValue:)), cause: json["cause"]?.string,
            since: instant("since"), until: instant("until"), senderMessageID: json["messageId"]?.string)
    }
}
