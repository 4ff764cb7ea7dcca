/// Time limits of one kind and institution that stand alike.
public struct ClockTally: Sendable {
    /// Such as `CLK-05`.
    public let clock: String
    /// Who was responsible when it ended, or is.
    public let institution: String?
    /// `running` is past its end.
    public let standing: ClockStanding
    public let clocks: Int

    public init(clock: String, institution: String?, standing: ClockStanding, clocks: Int) {
        self.clock = clock
        self.institution = institution
        self.standing = standing
        self.clocks = clocks
    }
}
