import Vocabulary

/// All that is stored about one person.
public struct SubjectFile: Sendable {
    public struct FollowUpContent: Sendable {
        public let id: String
        public let kind: FollowUp.Kind
        public let partnerID: String
        public let receivedAt: Instant
        /// Canonical, JSON.
        public let content: [UInt8]

        public init(id: String, kind: FollowUp.Kind, partnerID: String, receivedAt: Instant, content: [UInt8]) {
            self.id = id
            self.kind = kind
            self.partnerID = partnerID
            self.receivedAt = receivedAt
            self.content = content
        }
    }

    public struct Message: Sendable {
        public let referralID: String
        public let partnerID: String
        public let receivedAt: Instant
        public let document: StoredDocument

        public init(referralID: String, partnerID: String, receivedAt: Instant, document: StoredDocument) {
            self.referralID = referralID
            self.partnerID = partnerID
            self.receivedAt = receivedAt
            self.document = document
        }
    }

    public struct Application: Sendable {
        public let record: ApplicationRecord
        public let statuses: [StatusRecord]
        public let history: [HistoryEntry]
        public let followUps: [FollowUpContent]
        /// Its own, and those of its follow-ups.
        public let messages: [Message]
        /// Whether nothing is owed to the person any more.
        public let isFinished: Bool

        public init(
            record: ApplicationRecord, statuses: [StatusRecord], history: [HistoryEntry], followUps: [FollowUpContent],
            messages: [Message], isFinished: Bool
        ) {
            self.record = record
            self.statuses = statuses
            self.history = history
            self.followUps = followUps
            self.messages = messages
            self.isFinished = isFinished
        }
    }

    public let applications: [Application]
    public let shares: [Evidence]
    /// What waits for its application.
    public let waiting: [FollowUpContent]

    public init(applications: [Application], shares: [Evidence], waiting: [FollowUpContent]) {
        self.applications = applications
        self.shares = shares
        self.waiting = waiting
    }
}
