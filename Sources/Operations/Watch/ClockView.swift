import Messaging
import Observability
import StrictJSON
import Transport
import Triage
import Vocabulary

/// A running clock as operators see it.
public struct ClockView: Sendable {
    public let record: ClockRecord
    /// What it says of itself; nothing where its stored form cannot be read.
    public let clock: Clock?
    public let isOverdue: Bool
    /// Not over, but near enough that somebody should be told.
    public let isDueSoon: Bool

    init(_ record: ClockRecord, at now: Instant) {
        self.record = record
        clock = (try? JSONValue(parsing: record.clock.content)).flatMap { Clock(stored: $0) }
        isOverdue = record.clock.dueAt < now
        isDueSoon = !isOverdue && (record.clock.soonAt.map { $0 <= now } ?? false)
    }

    /// The rule's id: a former clock of a kind, such as CLK-05#1, is one of CLK-05.
    public var kind: String { ClockFigures.kind(of: record) }

    var json: JSONValue {
        .compact([
            ("applicationNo", .string(record.applicationNo)), ("id", .string(record.clock.id)),
            ("institution", .text(record.institution)), ("dueAt", .string(record.clock.dueAt.rfc3339)),
            ("overdue", .bool(isOverdue)), ("dueSoon", .bool(isDueSoon)),
            ("targetAt", .text(clock?.targetAt.rfc3339)), ("startedAt", .text(clock?.startedAt.rfc3339)),
            ("bound", .text(clock?.bound.rawValue)), ("basis", .text(clock?.basis)),
            ("provisional", clock.flatMap { $0.isProvisional ? true : nil }),
        ])
    }
}
