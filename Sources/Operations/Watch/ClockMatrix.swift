import Messaging
import Triage
import Vocabulary

/// The limits that want something done now, by institution and by how long there is.
public struct ClockMatrix: Sendable {
    public enum Column: String, Sendable, CaseIterable {
        case overdue, today, threeDays

        public var label: LocalizedText {
            switch self {
            case .overdue: LocalizedText(zh: "已逾期", en: "Overdue")
            case .today: LocalizedText(zh: "今天到期", en: "Due today")
            case .threeDays: LocalizedText(zh: "此后三天内", en: "Within three days more")
            }
        }
    }

    /// By institution, the empty one where none is responsible yet.
    public private(set) var counts: [String: [Column: Int]] = [:]
    /// Who is bound by any of the limits, whatever is filtered.
    public internal(set) var sides: Set<ClockBound> = []
    /// There were more than are looked through.
    public internal(set) var isCutOff = false
    let now: Instant
    /// The end of today in China's time.
    public let endOfToday: Instant
    /// Three days later.
    public var end: Instant { endOfToday.advanced(seconds: 3 * 86_400) }

    init(at now: Instant) {
        self.now = now
        endOfToday = Self.endOfDay(now)
    }

    /// The last moment of a day in China's time.
    public static func endOfDay(_ now: Instant) -> Instant {
        Instant(Timestamp(endOf: now.timestamp.date)).advanced(milliseconds: 999)
    }

    mutating func count(_ clock: ClockView) {
        let due = clock.record.clock.dueAt
        let column: Column = clock.isOverdue ? .overdue : due <= endOfToday ? .today : .threeDays
        counts[clock.record.institution ?? "", default: [:]][column, default: 0] += 1
    }

    public func total(_ column: Column) -> Int { counts.values.reduce(0) { $0 + ($1[column] ?? 0) } }

    /// The most overdue first.
    public var institutions: [String] {
        func weight(_ code: String) -> [Int] { Column.allCases.map { -(counts[code]?[$0] ?? 0) } }
        return counts.keys.sorted { one, other in
            let (left, right) = (weight(one), weight(other))
            return left == right ? one < other : left.lexicographicallyPrecedes(right)
        }
    }
}
