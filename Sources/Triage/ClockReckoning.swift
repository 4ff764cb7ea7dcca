import Vocabulary

/// A time that does not count.
struct Suspension: Sendable, Hashable {
    let from: Timestamp
    /// Nothing while it goes on.
    var to: Timestamp?
}

extension Triage {
    /// A clock that is not over, counted by the calendar and the rules in force now. Its start and its pauses stay what they
    /// were, and so does a last day that somebody set.
    ///
    /// A rule counts by the day on which it started the clock: one that holds from a later day on moves nothing. Whether the
    /// end moves for a person in custody was settled when the clock started. A clock whose pauses are not known stays as it is.
    ///
    /// - Parameter receivedAt: when the application was received: a start that a document tells may lie before it.
    public func reckoned(_ clock: Clock, receivedAt: Timestamp) -> Clock {
        guard clock.phase.over == nil, clock.isMet == nil, let pauses = clock.pauses else { return clock }
        var clock = clock
        let edition = edition(on: max(clock.startedAt, receivedAt).date)
        if let rule = edition.rule(of: clock), let amount = edition.amount(of: rule) {
            (clock.unit, clock.amount) = (rule.unit, amount)
            (clock.basis, clock.ruleVersion, clock.soonHours) = (rule.head.basis, rule.head.version, rule.soonHours)
            clock.rollsOver = rule.rollsOver && (rule.rollsOverInCustody || clock.rollsOver)
        }
        return clock.counted(through: pauses, by: calendar)
    }
}

extension Edition {
    /// The rule that started a clock; nothing where it cannot be told.
    fileprivate func rule(of clock: Clock) -> ClockRule? {
        let kind = clock.id.prefix { $0 != "#" }
        let rules = clocks.filter { $0.head.id == kind && !$0.judgesReceipt }
        if rules.count == 1 { return rules.first }
        // Rules that share a number differ in what they rest on, or only in where they begin.
        let alike = rules.filter { $0.head.basis == clock.basis && $0.isDerived == clock.isDerived }
        return alike.allSatisfy { $0.counts(like: alike[0]) } ? alike.first : nil
    }
}

extension ClockRule {
    fileprivate func counts(like other: ClockRule) -> Bool {
        amount == other.amount && unit == other.unit && rollsOver == other.rollsOver && soonHours == other.soonHours
            && head.version == other.head.version
    }
}

extension Clock {
    /// From its start through its pauses to where it stands. That it was paused stays a fact, also where the rules of now say
    /// that nothing was left by then: with others it counts again.
    fileprivate func counted(through pauses: [Suspension], by calendar: WorkingCalendar) -> Clock {
        var clock = self
        clock.phase = .running
        clock.pauses = []
        (clock.targetAt, clock.dueAt) =
            lastDay.map { (Timestamp(endOf: $0), Timestamp(endOf: $0)) }
            ?? calendar.ends(of: amount, unit, from: startedAt, rollsOver: rollsOver)
        clock.isProvisional = !calendar.isPlanned(clock.dueAt.date)
        for pause in pauses {
            clock = clock.paused(at: pause.from, by: calendar)
            if let to = pause.to { clock = clock.resumed(at: to, by: calendar) }
        }
        clock.pauses = pauses
        return clock
    }
}
