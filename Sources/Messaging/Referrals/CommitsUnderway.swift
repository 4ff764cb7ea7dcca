import Synchronization

/// How many commits are being prepared. A store that commits in groups may wait a moment for them: one durable
/// transaction for many costs far less than one for each.
public final class CommitsUnderway: Sendable {
    private let count = Atomic<Int>(0)

    public init() {}

    public var isEmpty: Bool { count.load(ordering: .relaxed) <= 0 }

    /// Counts until what is returned is given up: just before the commit is handed in, or when nothing comes of it.
    public func announce() -> Announcement { Announcement(self) }

    public struct Announcement: ~Copyable, Sendable {
        private let underway: CommitsUnderway

        fileprivate init(_ underway: CommitsUnderway) {
            self.underway = underway
            underway.count.add(1, ordering: .relaxed)
        }

        /// The commit is here.
        public consuming func arrived() {}

        deinit { underway.count.subtract(1, ordering: .relaxed) }
    }
}
