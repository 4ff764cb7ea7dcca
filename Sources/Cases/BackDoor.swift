import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// The back door: institutions' case systems say here what happened to an application.
///
/// It is the front door's walk in the other direction: *identify → parse → check the step → translate into the sender's
/// own format → commit*. The status leaves on its own channel with the same retries and dead letters as any message.
public struct BackDoor: Sendable {
    let clerk: CaseClerk
    let store: any CaseStore & ClockStore & EvidenceStore & MovedLimitStore
    let now: @Sendable () -> Instant
    let log: Log

    var registry: Registry { clerk.registry }
    var identifiers: IdentifierSource { clerk.identifiers }

    public init(
        clerk: CaseClerk, store: any CaseStore & ClockStore & EvidenceStore & MovedLimitStore,
        now: @escaping @Sendable () -> Instant, log: Log
    ) {
        self.clerk = clerk
        self.store = store
        self.now = now
        self.log = log
    }

    // MARK: Steps of the case

    /// - Throws: `Problem` with everything that is wrong in a report, whatever it is about.
    func checkReport(_ request: HTTPRequest) throws {
        let given = try request.jsonObject()
        _ = try ReportReading.read(given, of: try ReportReading.event(in: given), by: clerk.current.translator)
    }

    /// `POST /v1/applications/{id}/status`
    func report(_ request: HTTPRequest, on applicationNo: String, from caller: Caller) async throws -> HTTPResponse {
        let given = try request.jsonObject()
        let step = try ReportReading.event(in: given)
        let body = try ReportReading.read(given, of: step, by: clerk.current.translator).withImpliedReason(of: step)
        let record = try await ownApplication(applicationNo, caller: caller)
        let occurrence = try Occurrence(
            of: step, in: body, received: record.receivedAt, previous: record.stepped(before: step), reportedAt: now())
        let change = try await self.change(on: record, by: step, saying: body, occurrence, caller: caller)
        if let audience = registry.partners[record.partnerID]?.kind.audience {
            try ReportReading.check(
                body, of: step, toTell: audience, by: clerk.current.triage, clerk.current.translator,
                on: now().timestamp.date)
        }
        let conflict = await coDefendantWarning(about: record, after: step, saying: body)
        guard try await store.changeCase(change) == .changed else { throw Self.stale }
        let state = record.standing.state(after: step, route: record.route)
        log.info(
            "case step",
            [
                ("applicationNo", .string(record.applicationNo)), ("step", .string(step.rawValue)),
                ("state", .text(state?.rawValue) ?? .null), ("institution", .string(caller.id)),
                ("daysLate", LogValue(occurrence.daysLate)),
            ])
        let answer: [(String, JSONValue?)] = [
            ("applicationNo", .string(record.applicationNo)), ("state", .text(state?.rawValue)),
            ("status", .text(step.status?.rawValue)), ("reportedToSender", .bool(change.statusMessage != nil)),
            ("version", JSONValue(record.version + 1)), ("clocks", try Self.running(change)),
        ]
        return .json(.compact(answer + occurrence.members(warning: [conflict].compactMap(\.self))))
    }

    /// The clocks that run after a change.
    static func running(_ change: CaseChange) throws(StoreError) -> JSONValue {
        var running: [JSONValue] = []
        for clock in change.clocks {
            let clock = try clock.clock(of: change.applicationNo)
            if clock.isRunning { running.append(clock.json) }
        }
        return .array(running)
    }

    private func change(
        on record: ApplicationRecord, by step: CaseEvent, saying body: JSONObject, _ occurrence: Occurrence,
        caller: Caller
    ) async throws -> CaseChange {
        var application = try application(of: record, after: step, saying: body, at: occurrence.at)
        var circumstances = Circumstances(
            actor: caller.acting(as: body["officer"]?.string), at: occurrence.reportedAt)
        circumstances.occurredAt = occurrence.told
        circumstances.application = application
        circumstances.statusDetail = body
        circumstances.clocks = try await clocks(of: record)
        circumstances.until = try occurrence.limit(toldBy: body)
        var change = try clerk.change(by: .report(step), of: record, circumstances)
        let state = record.standing.caseState
        let next = record.standing.state(after: step, route: record.route)
        application.set("progress.state", .text(next?.rawValue))
        if let state, let next {
            let work = CaseMachine.work(after: step, from: state, record.standing.work, to: next)
            application.set("progress.work", .text(work?.rawValue))
        }
        change.content = CanonicalContent(application.content)
        return change
    }

    /// The application with what a step says of it; where the case stands, it says as of before the step, for the rules.
    private func application(
        of record: ApplicationRecord, after step: CaseEvent, saying body: JSONObject, at now: Instant
    ) throws(StoreError) -> LegalAidApplication {
        var application = try record.application
        for name in ["decision", "assignment", "closure", "termination"] {
            if let said = body[name] { application.set("progress.\(name)", said) }
        }
        // What the institution asks for is what is missing, told once and completely (法律援助法 43).
        if [.requestSupplement, .acceptProvisionally].contains(step), let asked = body["missing"]?.array, !asked.isEmpty
        {
            application.set("missing", .array(asked.map { Self.paper($0, of: application) }))
        }
        if step == .apply {
            application.set("aidRoute", .string(AidRoute.byApplication.rawValue))
            application.set(
                "missing",
                .array(clerk.current.triage.missing(for: application, receivedAt: now.timestamp)))
        }
        // Clock rules read where the case stood before the step.
        application.set("progress.state", .text(record.standing.caseState?.rawValue))
        application.set("progress.work", .text(record.standing.work?.rawValue))
        return application
    }

    /// A paper that the institution asks for, with what the rules said of it where they listed it: asked for again it may
    /// still be proved by a share.
    private static func paper(_ asked: JSONValue, of application: LegalAidApplication) -> JSONValue {
        let listed = application.value("missing")?.array ?? []
        guard let known = listed.first(where: { $0["basis"] != nil && $0["kind"] == asked["kind"] }) else {
            return asked
        }
        var paper = asked
        for (name, _) in ReportReading.listed { paper[name] = known[name] }
        return paper
    }

    func clocks(of record: ApplicationRecord) async throws(StoreError) -> [Clock] {
        var clocks: [Clock] = []
        for clock in try await store.clocks(of: record.applicationNo) {
            clocks.append(try clock.clock.clock(of: record.applicationNo))
        }
        return clocks
    }

    // MARK: Signing in

    /// The institution has taken over what a lease brought: the lease is settled and the sender told, in one transaction.
    /// A notice about an application is only settled.
    ///
    /// - Returns: the application's version from then on; nothing where the lease was no longer there to settle.
    public func signIn(applicationNo: String, leaseID: String, caller: Caller) async throws -> Int? {
        guard let record = try await store.application(applicationNo) else { throw Self.notFound(applicationNo) }
        let now = now()
        // A notice is read, not signed in, and so is a lead: nothing runs on it.
        let bringsApplication = leaseID.hasPrefix((record.applicationMessageID ?? "-") + ".")
        guard bringsApplication, record.standing.referral != .leadOnly else {
            let isSettled = try await store.settle(leaseID: leaseID, .acknowledge, actor: caller.id, now: now)
            return isSettled ? record.version : nil
        }
        let change: CaseChange
        if record.standing.handover == .proposed, record.handover.to == caller.id {
            var takenOver = try clerk.takeOver(
                record, by: caller.id, leaseID: leaseID, clocks: try await clocks(of: record), at: now)
            takenOver.isTimelySignIn = clerk.isTimely(now, of: record)
            change = takenOver
        } else {
            guard record.queue == caller.id else { throw Self.notFound(record.applicationNo) }
            var signedIn = try clerk.change(by: .signIn, of: record, Circumstances(actor: caller.id, at: now))
            signedIn.leaseID = leaseID
            signedIn.content = try record.application.signedArrival(by: caller.id, at: now)
            signedIn.isTimelySignIn = clerk.isTimely(now, of: record)
            change = signedIn
        }
        switch try await store.changeCase(change) {
        case .changed: return record.version + 1
        case .leaseEnded: return nil
        case .stale: throw Self.stale
        }
    }

    // MARK: Hand-overs

    /// `POST /v1/applications/{id}/transfer`: asks another institution to take it; the city centre assigns what was
    /// escalated to it.
    func transfer(_ request: HTTPRequest, on applicationNo: String, from caller: Caller) async throws -> HTTPResponse {
        let codes = registry.institutions.keys.sorted()
        let (place, reason, officer) = try request.read {
            (HandoverPlace(in: &$0, institutions: codes), $0.reason(), $0.officer())
        }
        guard let record = try await store.application(applicationNo) else { throw Self.notFound(applicationNo) }
        let isAssignment = record.standing.handover == .escalated && caller.id == clerk.cityCentre
        guard record.queue == caller.id || isAssignment else { throw Self.notFound(applicationNo) }
        var wish = self.wish(of: caller, because: reason, officer)
        let target: String
        switch place {
        case .outside(let name):
            try checkIsOutside(name)
            return try await commit(try clerk.handOutside(wish, of: record, to: name), of: record)
        case .institution(let code): target = code
        }
        if isAssignment {
            let change = try clerk.assign(wish, of: record, to: target, clocks: try await clocks(of: record))
            return try await commit(change, of: record)
        }
        guard target != caller.id else {
            throw Problem.badMember(
                "contradiction", at: "/to", zh: "不能转给本机构自己。", en: "An institution cannot hand over to itself.")
        }
        wish.dueAt = clerk.handoverLimit(from: wish.at)
        let change = try clerk.propose(wish, of: record, to: target, clocks: try await clocks(of: record))
        return try await commit(change, of: record)
    }

    /// A registered institution is asked by its code, so that it can sign in here.
    private func checkIsOutside(_ name: String) throws(Problem) {
        guard registry.institutions.values.contains(where: { $0.name == name || $0.code == name }) else { return }
        throw .badMember(
            "contradiction", at: "/outside", zh: "这是本市已登记的机构，请用 to 写明其代码。",
            en: "That institution is registered here: name it by its code in to.")
    }

    /// `POST /v1/applications/{id}/transfer/return`: the one who was asked sends it back; of an institution outside the city
    /// the responsible one says so.
    func giveBack(_ request: HTTPRequest, on applicationNo: String, from caller: Caller) async throws -> HTTPResponse {
        let (reason, officer) = try request.read { ($0.reason(), $0.officer()) }
        guard let record = try await store.application(applicationNo),
            record.handover.to == caller.id || (record.queue == caller.id && clerk.waitsForOutside(record))
        else { throw Self.notFound(applicationNo) }
        return try await commit(try clerk.giveBack(wish(of: caller, because: reason, officer), of: record), of: record)
    }

    private func wish(of caller: Caller, because reason: String, _ officer: String?) -> CaseClerk.HandoverRequest {
        CaseClerk.HandoverRequest(reason: reason, officer: officer, actor: caller.acting(as: officer), at: now())
    }

    func commit(_ change: CaseChange, of record: ApplicationRecord) async throws -> HTTPResponse {
        guard try await store.changeCase(change) == .changed,
            let after = try await store.application(record.applicationNo)
        else { throw Self.stale }
        log.info(
            "hand-over",
            [
                ("applicationNo", .string(record.applicationNo)), ("step", .string(change.historyEvent.rawValue)),
                ("responsible", logged(after.queue)), ("to", logged(after.handover.to ?? record.handover.to)),
            ])
        return .json(
            .compact([
                ("applicationNo", .string(record.applicationNo)), ("version", JSONValue(after.version)),
                ("handover", .string(after.standing.handover.rawValue)), ("responsible", .text(after.queue)),
                ("to", .text(after.handover.to)), ("dueAt", .text(after.handover.dueAt?.rfc3339)),
                ("returns", JSONValue(after.standing.returns)),
            ]))
    }

    /// An institution as the log may name it: what stands outside the city is a name that somebody has typed.
    private func logged(_ institution: String?) -> LogValue {
        institution.map { registry.institutions[$0] == nil ? "outside" : .string($0) } ?? .null
    }

    /// What nobody answered in time goes to the city centre. One that cannot is logged and left for the next time; it
    /// stops none of the others.
    ///
    /// - Returns: how many hand-overs were escalated, at most `limit`.
    public func escalateOverdueHandovers(limit: Int) async throws(StoreError) -> Int {
        var count = 0
        var seen: Set<String> = []
        while count < limit {
            // Those that could not be escalated are still the oldest.
            let due = try await store.overdueHandovers(now: now(), limit: limit + seen.count)
                .filter { !seen.contains($0.applicationNo) }
            if due.isEmpty { break }
            for record in due.prefix(limit - count) {
                seen.insert(record.applicationNo)
                if await escalate(record) { count += 1 }
            }
        }
        return count
    }

    private func escalate(_ record: ApplicationRecord) async -> Bool {
        do {
            guard try await store.changeCase(try clerk.escalate(record, at: now())) == .changed else { return false }
            log.warning("hand-over escalated", [("applicationNo", .string(record.applicationNo))])
            return true
        } catch {
            log.error(
                "hand-over not escalated",
                [
                    ("applicationNo", .string(record.applicationNo)),
                    ("error", .string((error as? StoreError)?.code ?? "\(type(of: error))")),
                    ("problem", .text((error as? StoreError)?.damage) ?? .null),
                ])
            return false
        }
    }

    // MARK: Reading

    package func ownApplication(_ applicationNo: String, caller: Caller) async throws -> ApplicationRecord {
        guard let record = try await store.application(applicationNo), record.queue == caller.id else {
            throw Self.notFound(applicationNo)
        }
        guard record.erasedAt == nil else { throw Self.erased }
        return record
    }

    /// Who may read an application: the one that is responsible, who is asked to take it, and the city centre where it
    /// must decide.
    func readableApplication(_ applicationNo: String, caller: Caller) async throws -> ApplicationRecord {
        guard let record = try await store.application(applicationNo),
            [record.queue, record.handover.to].contains(caller.id)
                || (record.standing.handover == .escalated && caller.id == clerk.cityCentre)
        else { throw Self.notFound(applicationNo) }
        guard record.erasedAt == nil else { throw Self.erased }
        return record
    }

    static let erased = Problem(
        .notFound, zh: "该申请的内容已按保存期限或当事人请求删除，仅存编号、时间和状态。",
        en: "The content was erased after its period or on request; only its number, times and states are kept.")
    static let stale = Problem(
        .stale, zh: "该申请刚被更改，请重新读取后再试。", en: "The application was just changed; read it again and retry.")

    static func notFound(_ applicationNo: String) -> Problem {
        Problem(
            .notFound, zh: "没有编号为 \(applicationNo) 的申请，或它不属于本机构。",
            en: "There is no application \(applicationNo), or it is not this institution's.")
    }
}

extension Caller {
    /// Who did something, as the history names it.
    func acting(as officer: String?) -> String { officer.map { "\(id)/\($0)" } ?? id }
}

extension ApplicationRecord {
    /// When the step happened that this one follows upon; nothing where this one is told for the clocks alone.
    fileprivate func stepped(before step: CaseEvent) -> Instant? {
        guard let state = standing.caseState, let next = standing.state(after: step, route: route) else { return nil }
        let isMark =
            next == state && CaseMachine.work(after: step, from: state, standing.work, to: next) == standing.work
        return isMark ? nil : steppedAt
    }
}
