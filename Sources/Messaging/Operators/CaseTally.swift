/// Applications of a month that are alike in all that the bulletin counts.
public struct CaseTally: Sendable {
    public let facts: CaseFacts
    public let applications: Int

    public init(facts: CaseFacts, applications: Int) {
        self.facts = facts
        self.applications = applications
    }
}
