/// Two applications that concern the same person or the same matter. Nothing is merged.
public struct Relation: Sendable, Hashable {
    public let applicationNo: String
    /// DU-01 … DU-04 of the domain description.
    public let rule: String

    public init(applicationNo: String, rule: String) {
        self.applicationNo = applicationNo
        self.rule = rule
    }
}
