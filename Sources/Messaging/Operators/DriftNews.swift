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
