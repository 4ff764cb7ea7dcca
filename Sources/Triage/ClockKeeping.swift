import Canonical
import StrictJSON
import Vocabulary

extension Triage {
    /// The clocks that an event starts.
    ///
    /// - Parameters:
    ///   - at: the moment of the event.
    ///   - until: a last day that somebody set, in place of the rule's amount (the end of a supplement period).
    public func clocks(
        startedBy trigger: ClockTrigger, at moment: Timestamp, for application: LegalAidApplication,
        until: CalendarDate? = nil
    ) -> [Clock] {
        examine(application, receivedAt: moment, evidence: []) {
            if let target = application.text("target.institutionCode") { $0.noteDesk(of: .queue(target, rule: "")) }
            return $0.startClocks(by: trigger, at: moment, until: until).clocks
        } ?? []
    }

    /// The clocks after an event: some stop, pause, go on or begin anew, others are new. A clock that is started again
    /// takes the number of the old one, which is over and stays on file as `CLK-05#1`.
    public func advance(
        _ clocks: [Clock], by trigger: ClockTrigger, at moment: Timestamp, for application: LegalAidApplication,
        until: CalendarDate? = nil
    ) -> [Clock] {
        // What was judged when a message came is over: what is handed on after it has its own time.
        let onFile = Set(clocks.filter { $0.isMet == nil }.map(\.id))
        let once = Set(edition(on: moment.date).clocks.filter(\.startsOnce).map(\.head.id))
        let started = self.clocks(startedBy: trigger, at: moment, for: application, until: until)
            .filter { !onFile.contains($0.id) || !once.contains($0.id) }
        let replaced = Set(started.map(\.id))
        let old = clocks.map { clock in
            guard replaced.contains(clock.id) else { return advanced(clock, by: trigger, at: moment) }
            var former = clock.ended(at: moment, by: calendar)
            let earlier = clocks.count { $0.id.hasPrefix(clock.id + "#") }
            former.id = "\(clock.id)#\(earlier + 1)"
            return former
        }
        return old + started
    }

    /// When a rule's time is over that is counted from a moment, whatever its own start; nothing where no such rule holds.
    public func end(of rule: String, from moment: Timestamp) -> Timestamp? {
        let edition = edition(on: moment.date)
        guard let rule = edition.clocks.first(where: { $0.head.id == rule }), let amount = edition.amount(of: rule)
        else { return nil }
        return calendar.ends(of: amount, rule.unit, from: moment, rollsOver: rule.rollsOver).due
    }

    /// What an event does to the clocks that run already, by the rules of the day on which each began.
    public func effects(of trigger: ClockTrigger, on clock: Clock) -> ClockEffect? {
        let edition = edition(on: clock.startedAt.date)
        let pauses = edition.pauses.filter { $0.clock == clock.id }
        let rules = edition.clocks.filter { $0.head.id == clock.id }
        if rules.contains(where: { $0.restarts.contains(trigger.rawValue) }) { return .restart }
        if rules.contains(where: { $0.stops.contains(trigger.rawValue) }) { return .stop }
        if rules.contains(where: { $0.ends.contains(trigger.rawValue) }) { return .end }
        if pauses.contains(where: { $0.ends.contains(trigger.rawValue) }) { return .resume }
        if pauses.contains(where: { $0.begins.contains(trigger.rawValue) }) { return .pause }
        return nil
    }

    private func advanced(_ clock: Clock, by trigger: ClockTrigger, at moment: Timestamp) -> Clock {
        switch effects(of: trigger, on: clock) {
        case .restart: clock.restarted(at: moment, by: calendar)
        case .stop: clock.stopped(at: moment, by: calendar)
        case .end: clock.ended(at: moment, by: calendar)
        case .resume: clock.resumed(at: moment, by: calendar)
        case .pause: clock.paused(at: moment, by: calendar)
        case nil: clock
        }
    }
}

/// What an event does to a clock.
public enum ClockEffect: String, Sendable, CaseIterable { case pause, resume, stop, end, restart }

extension Examination {
    func startClocks(
        by trigger: ClockTrigger, at moment: Timestamp, until: CalendarDate?, explain: Bool = false
    ) -> (clocks: [Clock], trace: [RuleResult]) {
        var clocks: [Clock] = []
        var trace: [RuleResult] = []
        // By index, since a loop over rules would copy each.
        for index in edition.clocks.indices {
            let applies =
                edition.clocks[index].on.contains(trigger.rawValue) && holds(edition.clocks[index].when)
            guard explain || applies else { continue }
            let rule = edition.clocks[index]
            let clock = applies ? clock(rule, at: moment, until: until) : nil
            if explain { trace.append(result(rule, clock == nil ? .notIndicated : .indicated)) }
            guard let clock else { continue }
            // Several limitations may run; the one that ends first is the one to watch.
            if let index = clocks.firstIndex(where: { $0.id == clock.id }) {
                if clock.targetAt < clocks[index].targetAt { clocks[index] = clock }
            } else {
                clocks.append(clock)
            }
        }
        return (clocks, trace)
    }

    private func clock(_ rule: ClockRule, at moment: Timestamp, until: CalendarDate?) -> Clock? {
        guard let amount = edition.amount(of: rule) else { return nil }
        let startsElsewhere = rule.start != nil
        guard let start = startsElsewhere ? start(of: rule) : moment else { return nil }
        // What has not begun by the receipt cannot have been kept or missed by then.
        if rule.judgesReceipt, amount > 0, start.date > receivedAt.date { return nil }
        let isHeld = application.isInCustody
        let rollsOver = rule.rollsOver && (rule.rollsOverInCustody || !isHeld)
        var ends = rules.calendar.ends(of: amount, rule.unit, from: start, rollsOver: rollsOver)
        if let until { ends = (Timestamp(endOf: until), Timestamp(endOf: until)) }
        var clock = Clock(
            id: rule.head.id, kind: rule.kind, bound: rule.bound, unit: rule.unit, amount: amount,
            rollsOver: rollsOver, soonHours: rule.soonHours, basis: rule.head.basis, ruleVersion: rule.head.version,
            startedAt: start, dueAt: ends.due, targetAt: ends.target,
            isProvisional: !rules.calendar.isPlanned(ends.due.date), isDerived: rule.isDerived,
            isMet: rule.judgesReceipt ? receivedAt <= ends.due : nil)
        clock.lastDay = until
        return clock
    }

    /// The earliest of the dates that the rule names; the earliest still to come where there is one.
    private func start(of rule: ClockRule) -> Timestamp? {
        let times = nodes(rule.start).compactMap { Timestamp(canonical: $0.text) }
        return times.filter { receivedAt <= $0 }.min() ?? times.min()
    }

    private func result(_ rule: ClockRule, _ outcome: RuleOutcome) -> RuleResult {
        RuleResult(
            rule: rule.head.id, title: rule.head.title, outcome: outcome, indicates: nil,
            evidence: outcome == .notIndicated
                ? [] : RulePaths.used(in: rule.start?.source ?? "").map(Self.dotted),
            basis: rule.head.basis, version: rule.head.version,
            condition: [rule.when?.source, rule.start?.source].compactMap(\.self).joined(separator: " from "))
    }
}
