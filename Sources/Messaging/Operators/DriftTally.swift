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
