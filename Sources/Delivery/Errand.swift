/// Something that nobody asks for because time itself does. Several nodes may do it at once.
public struct Errand: Sendable {
    /// Stable: it stands in the log.
    public let name: String
    /// From the end of one turn to the next.
    public let interval: Duration
    /// The most records of one turn. After a turn that was full the next one follows at once.
    public let limit: Int
    /// Does what is due by now, for at most so many records, and says for how many it did.
    let work: @Sendable (_ limit: Int) async throws -> Int

    public init(
        _ name: String, every interval: Duration, limit: Int,
        work: @escaping @Sendable (_ limit: Int) async throws -> Int
    ) {
        self.name = name
        self.interval = interval
        self.limit = limit
        self.work = work
    }
}
