import Canonical
import Messaging
import Observability
import StrictJSON
import Triage
import Vocabulary

extension CaseClerk {
    /// The clocks of an application by the calendar and rules in force now, with word to its institution.
    ///
    /// - Returns: nothing where no limit moves.
    /// - Throws: `StoreError.corrupt` where the application or a clock of it cannot be read.
    func reckon(
        _ clocks: [RunningClock], of record: ApplicationRecord, at now: Instant
    ) throws(StoreError) -> CaseChange? {
        var changed: [RunningClock] = []
        var moved: [MovedLimit] = []
        for kept in clocks {
            let clock = try kept.clock(of: record.applicationNo)
            let fresh = current.triage.reckoned(clock, receivedAt: record.receivedAt.timestamp)
            // What only its words or its warning are of now, it has when its end moves.
            guard fresh.dueAt != clock.dueAt || fresh.isProvisional != clock.isProvisional else { continue }
            changed.append(RunningClock(fresh))
            moved.append(
                MovedLimit(
                    applicationNo: record.applicationNo, institution: record.queue, clock: clock.id,
                    from: Instant(clock.dueAt), to: Instant(fresh.dueAt), wasProvisional: clock.isProvisional,
                    isProvisional: fresh.isProvisional, at: now))
        }
        guard !changed.isEmpty else { return nil }
        var change = CaseChange(of: record, nil, historyEvent: .entry(.limitsMoved), actor: "gateway", at: now)
        change.detail = changed.map(\.id).joined(separator: ", ")
        change.clocks = changed
        change.movedLimits = moved
        let limits = JSONObject([("limits", .array(moved.map(\.json)))])
        change.institutionMessages = try institutionMessages(.limits, record, try record.application, limits, now)
        return change
    }
}

extension BackDoor {
    /// For so long after rules came into force clocks may still begin by the former ones: of messages under way then.
    private static let settling: Duration = .seconds(60)

    /// Reckons clocks by the rules in force where the store's are not yet. An application that cannot be read is logged and
    /// left as it is; it stops none of the others.
    ///
    /// - Returns: how many applications were looked at, at most `limit`.
    public func reckonLimits(limit: Int) async throws(StoreError) -> Int {
        guard let rules = clerk.current.triage.digest else { return 0 }
        let numbers = try await store.applicationsToReckon(by: rules, limit: limit)
        for (place, number) in numbers.enumerated() where try await !reckon(number) {
            // Somebody is at it: it is tried again at the next turn.
            log.warning("limits not reckoned yet", [("applicationNo", .string(number))])
            if place > 0 {
                try await store.reckoned(by: rules, through: numbers[place - 1], settle: Self.settling, at: now())
            }
            return place
        }
        try await store.reckoned(
            by: rules, through: numbers.count == limit ? numbers.last : nil, settle: Self.settling, at: now())
        return numbers.count
    }

    /// - Returns: whether it is done with, be it that it cannot be read.
    private func reckon(_ applicationNo: String) async throws(StoreError) -> Bool {
        do throws(StoreError) {
            // Whoever changes it meanwhile may have gone by the former rules: it is read again then.
            for _ in 0..<3 {
                guard let record = try await store.application(applicationNo) else { return true }
                let clocks = try await store.clocks(of: applicationNo).map(\.clock)
                guard let change = try clerk.reckon(clocks, of: record, at: now()) else { return true }
                guard try await store.changeCase(change) != .changed else {
                    let count = LogValue(change.movedLimits.count)
                    log.info("limits moved", [("applicationNo", .string(applicationNo)), ("limits", count)])
                    return true
                }
            }
            return false
        } catch .corrupt(let what) {
            log.error(
                "limits not reckoned", [("applicationNo", .string(applicationNo)), ("problem", .string(what))])
            return true
        }
    }
}

extension MovedLimit {
    /// As institutions and operators read it.
    public var json: JSONValue {
        .compact([
            ("clock", .string(clock)), ("from", .string(from.timestamp.rfc3339)), ("to", .string(to.timestamp.rfc3339)),
            ("wasProvisional", .bool(wasProvisional)), ("provisional", .bool(isProvisional)),
        ])
    }
}
