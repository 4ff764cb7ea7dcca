/// How a queue stands.
public struct QueueFigures: Sendable, Hashable {
    public let queue: String
    /// Waiting or leased.
    public let depth: Int
    /// When the oldest of them came.
    public let oldest: Instant?
    /// The most urgent clock among them.
    public let mostUrgent: Instant?
    public let deadLetters: Int

    public init(queue: String, depth: Int, oldest: Instant?, mostUrgent: Instant?, deadLetters: Int) {
        self.queue = queue
        self.depth = depth
        self.oldest = oldest
        self.mostUrgent = mostUrgent
        self.deadLetters = deadLetters
    }
}

/// How a partner stands.
public struct PartnerFigures: Sendable, Hashable {
    public let partnerID: String
    public let lastSeen: Instant?
    /// Messages since the moment asked for, by outcome.
    public let outcomes: [String: Int]
    /// Statuses not yet confirmed by it.
    public let backlog: Int
    public let oldestBacklog: Instant?
    public let deadLetters: Int

    public init(
        partnerID: String, lastSeen: Instant?, outcomes: [String: Int], backlog: Int, oldestBacklog: Instant?,
        deadLetters: Int
    ) {
        self.partnerID = partnerID
        self.lastSeen = lastSeen
        self.outcomes = outcomes
        self.backlog = backlog
        self.oldestBacklog = oldestBacklog
        self.deadLetters = deadLetters
    }

    public var messages: Int { outcomes.values.reduce(0, +) }
    /// The share of messages that could not be used; nothing where there were none.
    public var errorRate: Double? { messages == 0 ? nil : Double(outcomes["invalid"] ?? 0) / Double(messages) }
}

/// A referral as a list shows it.
public struct ReferralSummary: Sendable, Hashable {
    public struct Application: Sendable, Hashable {
        public let no: String
        public let queue: String?
        public let caseState: String?

        public init(no: String, queue: String?, caseState: String?) {
            self.no = no
            self.queue = queue
            self.caseState = caseState
        }
    }

    public let id: String
    public let partnerID: String
    public let messageID: String?
    public let outcome: String
    public let receivedAt: Instant
    public let digest: String
    public let mappingID: String?
    public let mappingVersion: Int?
    public let encoding: String?
    public let bytes: Int
    public let applications: [Application]

    public init(
        id: String, partnerID: String, messageID: String?, outcome: String, receivedAt: Instant, digest: String,
        mappingID: String?, mappingVersion: Int?, encoding: String?, bytes: Int, applications: [Application]
    ) {
        self.id = id
        self.partnerID = partnerID
        self.messageID = messageID
        self.outcome = outcome
        self.receivedAt = receivedAt
        self.digest = digest
        self.mappingID = mappingID
        self.mappingVersion = mappingVersion
        self.encoding = encoding
        self.bytes = bytes
        self.applications = applications
    }
}

/// A message on a channel, as a trace shows it.
public struct MessageStanding: Sendable, Hashable {
    public let id: String
    public let channel: Channel
    public let correlationID: String
    public let recipient: String?
    public let state: String
    public let attempt: Int
    public let createdAt: Instant
    /// When it may be tried again, or the lease ends.
    public let readyAt: Instant?
    public let finishedAt: Instant?
    public let deadSince: Instant?
    public let cause: String?
    public let problem: String?

    public init(
        id: String, channel: Channel, correlationID: String, recipient: String?, state: String, attempt: Int,
        createdAt: Instant, readyAt: Instant?, finishedAt: Instant?, deadSince: Instant?, cause: String?,
        problem: String?
    ) {
        self.id = id
        self.channel = channel
        self.correlationID = correlationID
        self.recipient = recipient
        self.state = state
        self.attempt = attempt
        self.createdAt = createdAt
        self.readyAt = readyAt
        self.finishedAt = finishedAt
        self.deadSince = deadSince
        self.cause = cause
        self.problem = problem
    }
}

/// All that the store knows of one referral.
public struct Trace: Sendable {
    public let referral: ReferralSummary
    /// Referrals that it was resent from or as.
    public let relatives: [String]
    public let messages: [MessageStanding]
    /// With whose history it is: a referral's, an application's or a message's.
    public let history: [(subject: String, entry: HistoryEntry)]
    public let statuses: [StatusRecord]
    public let acts: [AuditEntry]

    public init(
        referral: ReferralSummary, relatives: [String], messages: [MessageStanding],
        history: [(subject: String, entry: HistoryEntry)], statuses: [StatusRecord], acts: [AuditEntry]
    ) {
        self.referral = referral
        self.relatives = relatives
        self.messages = messages
        self.history = history
        self.statuses = statuses
        self.acts = acts
    }
}

/// A referral's bytes as they came.
public struct StoredDocument: Sendable, Hashable {
    public let bytes: [UInt8]
    public let mediaType: String
    public let digest: String

    public init(bytes: [UInt8], mediaType: String, digest: String) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.digest = digest
    }
}

/// A kind of number that somebody may quote, and where the canonical application has it.
public struct ReferencePath: Sendable, Hashable {
    public let kind: String
    /// Dotted.
    public let path: String

    public init(kind: String, path: String) {
        self.kind = kind
        self.path = path
    }

    /// A quoted number as it is looked up: case, width, blanks and the shape of brackets aside.
    public static func normalised(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: plain.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
            case 0x3014, 0x3010: plain += "("
            case 0x3015, 0x3011: plain += ")"
            case 0x3000: continue
            case _ where scalar.properties.isWhitespace: continue
            case _: plain.unicodeScalars.append(scalar)
            }
        }
        return plain.uppercased().replacing("[", with: "(").replacing("]", with: ")")
    }
}

/// An application with what a report counts.
public struct ReportRow: Sendable {
    public let applicationNo: String
    public let partnerID: String
    public let queue: String?
    public let caseState: String?
    public let receivedAt: Instant
    /// Canonical, JSON.
    public let content: [UInt8]
    /// When each status was first told, by its code.
    public let firstTold: [String: Instant]

    public init(
        applicationNo: String, partnerID: String, queue: String?, caseState: String?, receivedAt: Instant,
        content: [UInt8], firstTold: [String: Instant]
    ) {
        self.applicationNo = applicationNo
        self.partnerID = partnerID
        self.queue = queue
        self.caseState = caseState
        self.receivedAt = receivedAt
        self.content = content
        self.firstTold = firstTold
    }
}

/// What the window shows of the flow. The cost of no call grows with what is stored, but with what is open, asked for or
/// counted.
public protocol FlowStore: Sendable {
    func queueFigures() async throws(StoreError) -> [QueueFigures]
    func partnerFigures(_ partnerID: String, since: Instant) async throws(StoreError) -> PartnerFigures
    /// Newest first, before `id`, of one partner or of all.
    func referrals(partner: String?, before id: String?, limit: Int) async throws(StoreError) -> [ReferralSummary]
    /// By whatever number somebody quotes: a referral's, an application's, an envelope's, a lease's, the sender's own, or
    /// one that was indexed.
    func findReferrals(_ quoted: String, partners: [String], limit: Int) async throws(StoreError) -> [ReferralSummary]
    func trace(referral id: String) async throws(StoreError) -> Trace?
    func document(referral id: String) async throws(StoreError) -> StoredDocument?

    /// Indexes what came before `end` and was not indexed yet.
    ///
    /// - Returns: how many referrals were read; fewer than the limit when nothing is left.
    func indexReferences(_ paths: [ReferencePath], before end: Instant, limit: Int) async throws(StoreError) -> Int

    /// In the order of their numbers, after the last one.
    func reportRows(
        from start: Instant, to end: Instant, after applicationNo: String?, limit: Int
    ) async throws(StoreError) -> [ReportRow]
    /// Messages received in a time, by outcome.
    func outcomes(partner: String, from start: Instant, to end: Instant) async throws(StoreError) -> [String: Int]
    /// Messages received in a time, of all partners.
    func countReferrals(from start: Instant, to end: Instant) async throws(StoreError) -> Int
}
