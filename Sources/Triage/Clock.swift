import Canonical
import StrictJSON
import Vocabulary

/// Who must act before a clock ends.
public enum ClockBound: String, Sendable, CaseIterable {
    case institution, sender, court, dutyLawyer, firstContact, applicant, lawyerUnit, lawyer, justiceBureau, gateway
}

/// A time limit that runs on an application: a pure value, moved by events and asked with a moment at hand.
public struct Clock: Sendable, Hashable {
    /// Whether the law sets the limit, the service promises it, or it only informs.
    public enum Kind: String, Sendable, CaseIterable { case statutory, service, information }

    public enum Phase: Sendable, Hashable {
        case running
        /// `left` counts seconds, workdays or calendar days, by the clock's unit.
        case paused(since: Timestamp, left: Int)
        /// What was to be done was done.
        case stopped(at: Timestamp)
        /// Over without it: nothing is owed any more.
        case ended(at: Timestamp)

        /// When it was over; nothing while it runs or is paused.
        public var over: Timestamp? {
            switch self {
            case .running, .paused: nil
            case .stopped(let at), .ended(let at): at
            }
        }
    }

    /// Such as `CLK-05`; one whose place another has taken is `CLK-05#1`, the next `CLK-05#2`.
    public internal(set) var id: String
    public let kind: Kind
    public let bound: ClockBound
    public internal(set) var unit: ClockUnit
    public internal(set) var amount: Int
    public internal(set) var rollsOver: Bool
    /// How many hours before `targetAt` somebody should be told.
    public internal(set) var soonHours: Int
    public internal(set) var basis: String
    public internal(set) var ruleVersion: Int
    public internal(set) var startedAt: Timestamp
    public internal(set) var dueAt: Timestamp
    /// The end before it was moved to a working day: the better day to be ready by.
    public internal(set) var targetAt: Timestamp
    public internal(set) var phase = Phase.running
    /// The last day, where somebody has set it in place of the rule's amount.
    var lastDay: CalendarDate?
    /// Its pauses in their order, the last perhaps still open: by them the end is found again when a calendar changes.
    /// Nothing where they are not known, of a clock from before they were kept.
    var pauses: [Suspension]? = []
    /// The end lies in a year whose holidays are not yet known.
    public internal(set) var isProvisional: Bool
    /// Reckoned by the gateway from another date (推算), not said by anybody.
    public let isDerived: Bool
    /// For clocks that measure what is over when the message comes: whether it came in time.
    public let isMet: Bool?

    public var isRunning: Bool { phase == .running }
    public var dueSoonAt: Timestamp { targetAt.adding(hours: -soonHours) }

    /// From `dueSoonAt` until the end.
    public func isDueSoon(at now: Timestamp) -> Bool {
        isRunning && isMet == nil && dueSoonAt <= now && now <= dueAt
    }

    public func isOverdue(at now: Timestamp) -> Bool { isRunning && isMet == nil && dueAt < now }

    /// Whole hours until the end; below zero when it is over.
    public func hoursLeft(at now: Timestamp) -> Int {
        let seconds = targetAt.secondsSince1970 - now.secondsSince1970
        return seconds < 0 ? min(-1, Int(seconds / 3600)) : Int(seconds / 3600)
    }

    /// As receipts and consoles show it.
    public var json: JSONValue {
        .compact([
            ("id", .string(id)), ("dueAt", .string(dueAt.rfc3339)),
            ("targetAt", targetAt == dueAt ? nil : .string(targetAt.rfc3339)), ("bound", .string(bound.rawValue)),
            ("basis", .string(basis)), ("kind", kind == .statutory ? nil : .string(kind.rawValue)),
            ("provisional", isProvisional ? true : nil), ("derived", isDerived ? true : nil),
            ("met", isMet.map(JSONValue.bool)),
        ])
    }
}

extension Clock {
    /// The time that something else takes does not count: what is left is kept (司法部令148号 17). What is overdue by then
    /// stays so: there is nothing left to keep.
    public func paused(at now: Timestamp, by calendar: WorkingCalendar) -> Clock {
        guard isRunning, !isOverdue(at: now) else { return self }
        var clock = self
        clock.phase = .paused(since: now, left: left(at: now, by: calendar))
        clock.pauses?.append(Suspension(from: now, to: nil))
        return clock
    }

    /// Goes on with what was left; the day on which it goes on does not count, like the first.
    public func resumed(at now: Timestamp, by calendar: WorkingCalendar) -> Clock {
        var clock = self
        if let last = pauses?.indices.last, pauses?[last].to == nil { clock.pauses?[last].to = now }
        guard case .paused(_, let left) = phase else { return clock }
        clock.phase = .running
        if unit.isMoment {
            clock.targetAt = Timestamp(secondsSince1970: now.secondsSince1970 + Int64(left))
            clock.dueAt = clock.targetAt
        } else {
            let unit: ClockUnit = unit == .workingDay && left >= 0 ? .workingDay : .calendarDay
            let end = calendar.end(of: left, unit, from: now.date, rollsOver: false)
            clock.targetAt = Timestamp(endOf: end)
            clock.dueAt = Timestamp(endOf: calendar.rolled(end, rollsOver))
        }
        clock.isProvisional = !calendar.isPlanned(clock.dueAt.date)
        return clock
    }

    /// What was to be done was done. A pause that still goes on is over with it and has cost no time.
    public func stopped(at now: Timestamp, by calendar: WorkingCalendar) -> Clock {
        over(.stopped(at: now), at: now, by: calendar)
    }

    /// Nothing is owed any more, such as a decision about what was withdrawn.
    public func ended(at now: Timestamp, by calendar: WorkingCalendar) -> Clock {
        over(.ended(at: now), at: now, by: calendar)
    }

    /// Over with its case, its end as it stood.
    public func over(at moment: Timestamp) -> Clock {
        var clock = self
        clock.phase = .ended(at: moment)
        return clock
    }

    private func over(_ phase: Phase, at now: Timestamp, by calendar: WorkingCalendar) -> Clock {
        guard self.phase.over == nil else { return self }
        var clock = resumed(at: now, by: calendar)
        clock.phase = phase
        return clock
    }

    /// Begins anew with its whole time.
    public func restarted(at now: Timestamp, by calendar: WorkingCalendar) -> Clock {
        var clock = self
        clock.startedAt = now
        clock.phase = .running
        (clock.lastDay, clock.pauses) = (nil, [])
        (clock.targetAt, clock.dueAt) = calendar.ends(of: amount, unit, from: now, rollsOver: rollsOver)
        clock.isProvisional = !calendar.isPlanned(clock.dueAt.date)
        return clock
    }

    private func left(at now: Timestamp, by calendar: WorkingCalendar) -> Int {
        if unit.isMoment { return Int(targetAt.secondsSince1970 - now.secondsSince1970) }
        // Past its last day only because that was a day off: the working day that took its place is what is left.
        if unit == .workingDay || targetAt < now {
            return calendar.workdays(after: now.date, through: dueAt.date)
        }
        return targetAt.date.daysSince1970 - now.date.daysSince1970
    }
}

extension WorkingCalendar {
    /// When a period ends that begins at a moment: before and after moving to a working day.
    func ends(
        of amount: Int, _ unit: ClockUnit, from start: Timestamp, rollsOver: Bool
    ) -> (target: Timestamp, due: Timestamp) {
        if unit.isMoment {
            let seconds = amount * (unit == .hour ? 3600 : 60)
            let end = Timestamp(secondsSince1970: start.secondsSince1970 + Int64(seconds))
            return (end, end)
        }
        let target = end(of: amount, unit, from: start.date, rollsOver: false)
        return (Timestamp(endOf: target), Timestamp(endOf: rolled(target, rollsOver)))
    }
}

// MARK: Keeping

extension Clock {
    /// Everything, so that a store can keep a clock and read it back.
    public var stored: JSONValue {
        var members: [(String, JSONValue?)] = [
            ("id", .string(id)), ("kind", .string(kind.rawValue)), ("bound", .string(bound.rawValue)),
            ("unit", .string(unit.rawValue)), ("amount", JSONValue(amount)), ("rollsOver", .bool(rollsOver)),
            ("soonHours", JSONValue(soonHours)), ("basis", .string(basis)), ("ruleVersion", JSONValue(ruleVersion)),
            ("startedAt", Self.json(startedAt)), ("dueAt", Self.json(dueAt)), ("targetAt", Self.json(targetAt)),
            ("provisional", .bool(isProvisional)), ("derived", .bool(isDerived)), ("met", isMet.map(JSONValue.bool)),
            ("lastDay", .text(lastDay?.iso)),
            ("pauses", pauses.map { .array($0.map { [Self.json($0.from), $0.to.map(Self.json) ?? .null] }) }),
        ]
        switch phase {
        case .running: break
        case .paused(let since, let left): members += [("pausedAt", Self.json(since)), ("left", JSONValue(left))]
        case .stopped(let at): members += [("stoppedAt", Self.json(at))]
        case .ended(let at): members += [("endedAt", Self.json(at))]
        }
        return .compact(members)
    }

    /// Reads what `stored` gave; nothing where it is no such thing.
    public init?(stored: JSONValue) {
        func time(_ name: String) -> Timestamp? {
            stored[name]?.int.map { Timestamp(secondsSince1970: Int64($0)) }
        }
        guard let id = stored["id"]?.string, let kind = stored["kind"]?.string.flatMap(Kind.init(rawValue:)),
            let bound = stored["bound"]?.string.flatMap(ClockBound.init(rawValue:)),
            let unit = stored["unit"]?.string.flatMap(ClockUnit.init(rawValue:)), let amount = stored["amount"]?.int,
            let rollsOver = stored["rollsOver"]?.bool, let soonHours = stored["soonHours"]?.int,
            let basis = stored["basis"]?.string, let version = stored["ruleVersion"]?.int,
            let startedAt = time("startedAt"), let dueAt = time("dueAt"), let targetAt = time("targetAt"),
            let isProvisional = stored["provisional"]?.bool, let isDerived = stored["derived"]?.bool
        else { return nil }
        var pauses: [Suspension]? = stored["pauses"] == nil ? nil : []
        for pause in stored["pauses"]?.array ?? [] {
            guard let from = pause[0]?.int, let end = pause[1], end == .null || end.int != nil else { return nil }
            pauses?.append(
                Suspension(
                    from: Timestamp(secondsSince1970: Int64(from)),
                    to: end.int.map { Timestamp(secondsSince1970: Int64($0)) }))
        }
        var phase = Phase.running
        if let since = time("pausedAt"), let left = stored["left"]?.int { phase = .paused(since: since, left: left) }
        if let at = time("stoppedAt") { phase = .stopped(at: at) }
        if let at = time("endedAt") { phase = .ended(at: at) }
        self.init(
            id: id, kind: kind, bound: bound, unit: unit, amount: amount, rollsOver: rollsOver, soonHours: soonHours,
            basis: basis, ruleVersion: version, startedAt: startedAt, dueAt: dueAt, targetAt: targetAt, phase: phase,
            isProvisional: isProvisional, isDerived: isDerived, isMet: stored["met"]?.bool)
        lastDay = stored["lastDay"]?.string.flatMap { CalendarDate(iso: $0) }
        self.pauses = pauses
    }

    private static func json(_ time: Timestamp) -> JSONValue { JSONValue(Int(time.secondsSince1970)) }
}
