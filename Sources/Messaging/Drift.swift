/// What was seen of one partner's documents of one mapping in one week.
public struct DriftTally: Sendable, Hashable {
    public struct Key: Sendable, Hashable {
        public let partnerID: String
        public let mappingID: String
        /// ISO 8601, such as `2024-W07`.
        public let week: String

        public init(partnerID: String, mappingID: String, week: String) {
            self.partnerID = partnerID
            self.mappingID = mappingID
            self.week = week
        }
    }

    /// A text that a code list does not know: which list, and a keyed digest of the text.
    public struct Code: Sendable, Hashable {
        public let list: String
        public let digest: String

        public init(list: String, digest: String) {
            self.list = list
            self.digest = digest
        }
    }

    public let key: Key
    public var documents = 0
    /// By path: in how many documents.
    public var fields: [String: Int] = [:]
    public var codes: [Code: Int] = [:]

    public init(key: Key) { self.key = key }
}

/// How many fields and code values a tally brought that its partner never sent before.
public struct DriftNews: Sendable, Hashable {
    public let key: DriftTally.Key
    public let fields: Int
    public let codes: Int

    public init(key: DriftTally.Key, fields: Int, codes: Int) {
        self.key = key
        self.fields = fields
        self.codes = codes
    }
}

/// One partner's documents of one mapping in one week, held against the weeks before.
public struct DriftReport: Sendable, Hashable {
    public struct Field: Sendable, Hashable {
        public let path: String
        public let documents: Int

        public init(path: String, documents: Int) {
            self.path = path
            self.documents = documents
        }
    }

    public struct List: Sendable, Hashable {
        public let name: String
        /// Different unknown texts of the week, and those of them that came for the first time.
        public let values: Int
        public let newValues: Int
        public let times: Int

        public init(name: String, values: Int, newValues: Int, times: Int) {
            self.name = name
            self.values = values
            self.newValues = newValues
            self.times = times
        }
    }

    public let partnerID: String
    public let mappingID: String
    public let documents: Int
    /// Never seen in an earlier week; empty for the first week, which has nothing to be held against.
    public let newFields: [Field]
    /// In documents of the weeks before, in none of this week's; with how many held it then.
    public let vanishedFields: [Field]
    public let unknownCodes: [List]

    public init(
        partnerID: String, mappingID: String, documents: Int, newFields: [Field], vanishedFields: [Field],
        unknownCodes: [List]
    ) {
        self.partnerID = partnerID
        self.mappingID = mappingID
        self.documents = documents
        self.newFields = newFields
        self.vanishedFields = vanishedFields
        self.unknownCodes = unknownCodes
    }
}

/// Keeps the counts of the drift watch.
public protocol DriftStore: Sendable {
    /// Adds tallies to what is there.
    ///
    /// - Returns: what they brought for the first time.
    func add(_ tallies: [DriftTally]) async throws(StoreError) -> [DriftNews]

    /// The week of one partner or of all, held against the weeks from `since` on.
    func drift(partner: String?, week: String, since: String) async throws(StoreError) -> [DriftReport]
}
