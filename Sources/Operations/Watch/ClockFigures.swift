import Messaging
import Observability
import Triage
import Vocabulary

/// How the clocks of one kind stand.
public struct ClockFigures: Sendable, Hashable {
    public let clock: String
    /// Running and due within the warning time.
    public let dueSoon: Int
    public let overdue: Int
    /// The end of the most urgent.
    public let earliest: Instant?
    /// Who must act.
    public let bound: ClockBound?
    /// The applications of those that are overdue, the most urgent first.
    public let late: [String]

    public init(
        clock: String, dueSoon: Int, overdue: Int, earliest: Instant? = nil, bound: ClockBound? = nil,
        late: [String] = []
    ) {
        self.clock = clock
        self.dueSoon = dueSoon
        self.overdue = overdue
        self.earliest = earliest
        self.bound = bound
        self.late = late
    }

    /// The kinds of clock among those that run; a former clock of a kind, such as CLK-05#1, counts with the present one.
    public static func counting(_ running: [ClockRecord], at now: Instant) -> [ClockFigures] {
        let kinds = Dictionary(grouping: running, by: kind(of:))
        return kinds.sorted { $0.key < $1.key }.map { kind, records in
            let late = records.filter { $0.clock.isOverdue(at: now) }
            return ClockFigures(
                clock: kind, dueSoon: records.count { $0.clock.isDueSoon(at: now) }, overdue: late.count,
                earliest: records.map(\.clock.dueAt).min(), bound: bound(of: records), late: late.map(\.applicationNo))
        }
    }

    /// By the first that can be read: alerts about everything else depend on these figures, and a damaged clock is named
    /// wherever it is itself looked at.
    private static func bound(of records: [ClockRecord]) -> ClockBound? {
        for record in records {
            do throws(StoreError) {
                return try record.clock.read(as: Clock.init(stored:), of: record.applicationNo).bound
            } catch {
                continue
            }
        }
        return nil
    }

    static func kind(of record: ClockRecord) -> String { String(record.clock.id.prefix { $0 != "#" }) }
}

/// Counts the clocks that the store knows.
public struct StoredClockFigures: ClockFigureSource {
    /// The most urgent are looked at: with more than that overdue, nobody reads the number.
    private static let most = 1000
    private static let nearSeconds = 7 * 86_400

    let store: any ClockStore
    let now: @Sendable () -> Instant

    public init(store: any ClockStore, now: @escaping @Sendable () -> Instant) {
        self.store = store
        self.now = now
    }

    public func figures() async throws -> [ClockFigures] {
        let near = ClockFilter(dueBefore: now().advanced(seconds: Self.nearSeconds))
        return ClockFigures.counting(try await store.clocks(near, after: nil, limit: Self.most), at: now())
    }
}
