/// How a time limit stands, or came out.
public enum ClockStanding: String, Sendable, CaseIterable {
    case running, paused
    /// What was to be done was done, in time or after it; the latter also where the case was over too late.
    case met, late
    /// Over before its end without the act that was owed: neither kept nor missed.
    case ended
    /// It informs only: nobody owes anything.
    case untested
}
