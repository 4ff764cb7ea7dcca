import Vocabulary

/// A time limit whose end moved, or became firm, because a calendar or a rule came into force.
public struct MovedLimit: Sendable, Hashable {
    /// Grows; zero before the store has it.
    public var id: Int64 = 0
    public let applicationNo: String
    /// The institution that is responsible.
    public let institution: String?
    /// Such as `CLK-05`.
    public let clock: String
    public let from: Instant
    public let to: Instant
    public let wasProvisional: Bool
    public let isProvisional: Bool
    public let at: Instant

    public init(
        applicationNo: String, institution: String?, clock: String, from: Instant, to: Instant, wasProvisional: Bool,
        isProvisional: Bool, at: Instant
    ) {
        self.applicationNo = applicationNo
        self.institution = institution
        self.clock = clock
        self.from = from
        self.to = to
        self.wasProvisional = wasProvisional
        self.isProvisional = isProvisional
        self.at = at
    }
}
