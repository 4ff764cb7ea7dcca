import Vocabulary

public struct ClockFilter: Sendable {
    public var dueBefore: Instant?
    public var dueAfter: Instant?
    /// Only those whose end was near by then.
    public var nearBy: Instant?
    public var institution: String?
    /// Such as CLK-05; its former clocks, such as CLK-05#1, are meant too.
    public var number: String?

    public init(dueBefore: Instant? = nil, dueAfter: Instant? = nil, institution: String? = nil) {
        self.dueBefore = dueBefore
        self.dueAfter = dueAfter
        self.institution = institution
    }
}
