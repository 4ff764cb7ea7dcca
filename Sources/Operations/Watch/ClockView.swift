import Messaging
import Observability
import StrictJSON
import Transport
import Triage
import Vocabulary

/// A running clock as operators see it.
public struct ClockView: Sendable {
    public let record: ClockRecord
    /// What it says of itself.
    public let clock: Clock
    public let isOverdue: Bool
    /// Not over, but near enough that somebody should be told.
    public let isDueSoon: Bool

    init(_ record: ClockRecord, at now: Instant) throws(StoreError) {
        self.record = record
        clock = try record.clock.read(as: Clock.init(stored:), of: record.applicationNo)
        isOverdue = record.clock.isOverdue(at: now)
        isDueSoon = record.clock.isDueSoon(at: now)
    }

    /// The rule's id: a former clock of a kind, such as CLK-05#1, is one of CLK-05.
    public var kind: String { ClockFigures.kind(of: record) }

    var json: JSONValue {
        .compact([
            ("applicationNo", .string(record.applicationNo)), ("id", .string(record.clock.id)),
            ("institution", .text(record.institution)), ("dueAt", .string(record.clock.dueAt.rfc3339)),
            ("overdue", .bool(isOverdue)), ("dueSoon", .bool(isDueSoon)),
            ("targetAt", .string(clock.targetAt.rfc3339)), ("startedAt", .string(clock.startedAt.rfc3339)),
            ("bound", .string(clock.bound.rawValue)), ("basis", .string(clock.basis)),
            ("provisional", clock.isProvisional ? true : nil),
        ])
    }
}
