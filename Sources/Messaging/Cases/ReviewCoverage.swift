/// Of a partner's cases under review those of which a notice for defence came, in that quarter, the one before or the one after.
public struct ReviewCoverage: Sendable, Hashable {
    public let partner: String
    public let cases: Int
    public let notified: Int

    public init(partner: String, cases: Int, notified: Int) {
        self.partner = partner
        self.cases = cases
        self.notified = notified
    }

    public var share: Double? { cases == 0 ? nil : Double(notified) / Double(cases) }
}
