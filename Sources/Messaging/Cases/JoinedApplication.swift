/// An application that a follow-up has joined.
public struct JoinedApplication: Sendable {
    /// As it is then.
    public let record: ApplicationRecord
    /// Its clocks after what the follow-up did to them; none where it moved none.
    public let clocks: [RunningClock]

    public init(_ record: ApplicationRecord, clocks: [RunningClock]) {
        self.record = record
        self.clocks = clocks
    }
}
