/// A clock's end is near, or past. Raised once for each due date.
public struct ClockAlarm: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable { case dueSoon, overdue }

    public let kind: Kind
    public let clock: ClockRecord

    public init(kind: Kind, clock: ClockRecord) {
        self.kind = kind
        self.clock = clock
    }
}
