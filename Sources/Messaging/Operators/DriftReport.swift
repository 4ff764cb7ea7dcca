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
