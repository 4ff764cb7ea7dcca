/// A clock that is over, or that runs past its end.
public struct ClockOutcome: Sendable, Hashable {
    public let applicationNo: String
    public let clock: RunningClock

    public init(applicationNo: String, clock: RunningClock) {
        self.applicationNo = applicationNo
        self.clock = clock
    }
}
