import Canonical
import StrictJSON
import Testing
import Vocabulary

@testable import Triage

@Suite struct Clocks {
    let shipped: Shipped

    init() throws { shipped = try Shipped() }

    private func at(_ text: String) throws -> Timestamp { try moment(text + ":00+08:00") }

    private func start(
        _ trigger: ClockTrigger, at moment: String, _ application: String = "{}", until: String? = nil
    ) throws -> [Clock] {
        shipped.triage.clocks(
            startedBy: trigger, at: try at(moment), for: try shipped.application(application),
            until: try until.map { try day($0) })
    }

    /// Trigger, application, moment; then target and end. A holiday lies in every way.
    @Test(arguments: [
        ("CLK-04", "received", #"{"aidRoute":"byNotification"}"#, "2026-09-30T23:59", "2026-10-03", "2026-10-08"),
        ("CLK-05", "received", #"{"aidRoute":"byApplication"}"#, "2026-02-10T09:00", "2026-02-17", "2026-02-24"),
        ("CLK-06", "grant", "{}", "2026-02-12T09:00", "2026-02-15", "2026-02-24"),
        ("CLK-09", "requestSupplement", "{}", "2026-09-18T09:00", "2026-10-03", "2026-10-08"),
        ("CLK-09", "acceptProvisionally", "{}", "2026-09-18T09:00", "2026-10-03", "2026-10-08"),
        ("CLK-10", "assign", "{}", "2026-04-29T09:00", "2026-05-04", "2026-05-06"),
        ("CLK-11", "refuse", "{}", "2026-09-19T09:00", "2026-10-04", "2026-10-08"),
        ("CLK-12", "objectionFiled", "{}", "2026-02-11T09:00", "2026-02-16", "2026-02-24"),
        ("CLK-13", "replaceRequested", "{}", "2026-09-29T09:00", "2026-10-04", "2026-10-08"),
        ("CLK-14", "terminate", #"{"progress":{"state":"assigned"}}"#, "2026-04-30T09:00", "2026-05-03", "2026-05-06"),
        ("CLK-15", "close", "{}", "2026-09-04T09:00", "2026-10-04", "2026-10-08"),
        ("CLK-16", "closingPapersReceived", "{}", "2026-09-04T09:00", "2026-10-04", "2026-10-08"),
        (
            "CLK-22", "assign",
            #"{"matter":{"caseDomain":"criminal"},"proceeding":{"handlingOrgan":{"type":"court"}}}"#,
            "2026-04-30T09:00", "2026-05-03",
            "2026-05-06"
        ),
        (
            "CLK-24", "firstContact", #"{"source":{"receivedAt":"2026-09-30T08:00:00+08:00"}}"#, "2026-10-09T09:00",
            "2026-10-08", "2026-10-08"
        ),
    ])
    func `a clock ends where the law says, over a holiday`(
        id: String, trigger: String, application: String, moment: String, target: String, due: String
    ) throws {
        let clocks = try start(try #require(ClockTrigger(rawValue: trigger)), at: moment, application)
        let clock = try #require(clocks.first { $0.id == id })
        #expect(clock.targetAt.rfc3339 == target + "T23:59:59+08:00")
        #expect(clock.dueAt.rfc3339 == due + "T23:59:59+08:00")
        #expect(!clock.basis.isEmpty)
    }

    @Test(arguments: [
        (#"{"aidRoute":"byNotification","recipient":{"custody":{"kind":"inCustody"}}}"#, "CLK-04", "2026-10-03"),
        (#"{"aidRoute":"byNotification","recipient":{"custody":{"kind":"notInCustody"}}}"#, "CLK-04", "2026-10-08"),
    ])
    func `for a person in custody a holiday lengthens nothing`(text: String, id: String, due: String) throws {
        let clock = try start(.received, at: "2026-09-30T12:00", text).first { $0.id == id }
        #expect(clock?.dueAt.date.iso == due)
    }

    @Test func `the sender's twenty-four hours run on through a holiday and are judged at the receipt`() throws {
        func held(_ hours: String) -> String {
            #"{"aidRoute":"byApplication","recipient":{"custody":{"kind":"inCustody"}},"firstContact":{"at":"\#(hours)"}}"#
        }
        let text = held("2026-02-13T17:30:00+08:00")
        let late = try #require(try start(.received, at: "2026-02-14T17:31", text).first { $0.id == "CLK-01" })
        #expect(late.dueAt.rfc3339 == "2026-02-14T17:30:00+08:00")
        #expect(late.isMet == false)
        #expect(late.kind == .information)
        #expect(try start(.received, at: "2026-02-14T17:30", text).first { $0.id == "CLK-01" }?.isMet == true)
        let duty =
            #"{"aidRoute":"byConsultation","intakeKind":"dutyLawyerHelp","firstContact":{"at":"2026-02-13T17:30:00+08:00"}}"#
        #expect(try start(.received, at: "2026-02-15T08:00", duty).map(\.id) == ["CLK-20"])
        let forwarded = text.replacing(
            "{\"aidRoute\"", with: "{\"source\":{\"senderType\":\"workstation\"},\"aidRoute\"")
        let ids = try start(.received, at: "2026-02-15T08:00", forwarded).map(\.id)
        #expect(ids.contains("CLK-02") && !ids.contains("CLK-01"))
    }

    @Test func `an organ's notice is judged by the date of its letter`() throws {
        let text = #"{"aidRoute":"byNotification","source":{"letterDate":"2026-09-30"}}"#
        #expect(try start(.received, at: "2026-10-08T10:00", text).first { $0.id == "CLK-03" }?.isMet == true)
        #expect(try start(.received, at: "2026-10-09T10:00", text).first { $0.id == "CLK-03" }?.isMet == false)
    }

    @Test(arguments: [("2026-10-05", true), ("2026-10-06", false)])
    func `a hearing is counted back from and its date never moved, although it falls in a holiday`(
        received: String, isMet: Bool
    ) throws {
        let text =
            #"{"aidRoute":"byNotification","proceeding":{"procedure":"ordinary","hearings":[{"at":"2026-11-20T09:00:00+08:00"},{"at":"2026-10-20T09:00:00+08:00"}]}}"#
        let clock = try #require(try start(.received, at: received + "T23:00", text).first { $0.id == "CLK-17" })
        #expect(clock.dueAt.rfc3339 == "2026-10-05T23:59:59+08:00")
        #expect(clock.isMet == isMet)
        #expect(
            try start(.received, at: "2026-10-01T09:00", text.replacing("ordinary", with: "summary")).allSatisfy {
                $0.id != "CLK-17"
            })
    }

    /// Matter, moment of receipt, end; whether the gateway reckoned it.
    @Test(arguments: [
        (#"{"proceeding":{"deadlines":[{"kind":"limitation","date":"2026-10-03"}]}}"#, "2026-10-03", false),
        (#"{"matter":{"caseDomain":"labourArbitration","factsDate":"2025-10-03"}}"#, "2026-10-08", true),
        (#"{"matter":{"caseDomain":"civil","factsDate":"2023-10-03"}}"#, "2026-10-08", true),
        (#"{"matter":{"caseDomain":"administrative","administrative":{"actDate":"2026-04-03"}}}"#, "2026-10-08", true),
        (
            #"{"matter":{"caseDomain":"administrative","administrative":{"actDate":"2026-03-01","servedDate":"2026-04-03"}}}"#,
            "2026-10-08", true
        ),
        (
            #"{"matter":{"caseDomain":"administrative","administrative":{"reconsideration":{"decisionDate":"2026-09-18"}}}}"#,
            "2026-10-08", true
        ),
        (
            #"{"matter":{"caseDomain":"administrative","administrative":{"actDate":"2026-08-03"}},"proceeding":{"stage":"reconsideration"}}"#,
            "2026-10-08", true
        ),
        (
            #"{"matter":{"caseDomain":"labourArbitration"},"proceeding":{"caseNumber":"x","decisionKind":"arbitrationAward","decisionServedAt":"2026-09-18"}}"#,
            "2026-10-08", true
        ),
        (
            #"{"matter":{"caseDomain":"civil"},"proceeding":{"decisionKind":"judgment","decisionServedAt":"2026-09-18"}}"#,
            "2026-10-08", true
        ),
        (
            #"{"matter":{"caseDomain":"civil"},"proceeding":{"decisionKind":"ruling","decisionServedAt":"2026-09-23"}}"#,
            "2026-10-08", true
        ),
        (
            #"{"matter":{"caseDomain":"criminal"},"proceeding":{"decisionKind":"judgment","decisionServedAt":"2026-09-23"}}"#,
            "2026-10-08", true
        ),
        (
            #"{"matter":{"caseDomain":"criminal"},"proceeding":{"decisionKind":"ruling","decisionServedAt":"2026-09-28"}}"#,
            "2026-10-08", true
        ),
    ])
    func `a limitation is the sender's date or reckoned, and then said to be so`(
        text: String, due: String, isDerived: Bool
    ) throws {
        let clock = try #require(try start(.received, at: "2026-09-29T09:00", text).first { $0.id == "CLK-21" })
        #expect(clock.dueAt.date.iso == due)
        #expect(clock.isDerived == isDerived)
        #expect(clock.json["derived"] == (isDerived ? true : nil))
        #expect(clock.isDueSoon(at: try at("2026-09-29T09:00")) == (clock.targetAt.date.iso < "2026-10-07"))
    }

    @Test func `of several limitations the one that ends first is watched`() throws {
        let text =
            #"{"matter":{"caseDomain":"civil","factsDate":"2024-10-03"},"proceeding":{"deadlines":[{"date":"2026-12-01"},{"date":"2026-11-02"}]}}"#
        let clocks = try start(.received, at: "2026-09-29T09:00", text).filter { $0.id == "CLK-21" }
        #expect(clocks.map(\.dueAt.date.iso) == ["2026-11-02"])
    }

    @Test func `a month's limit ends on the month's last day where there is no such day`() throws {
        #expect(try day("2026-08-31").adding(months: 6).iso == "2027-02-28")
        #expect(try day("2024-02-29").adding(months: 12).iso == "2025-02-28")
        #expect(try day("2026-11-30").adding(months: 3).iso == "2027-02-28")
        #expect(try day("2026-01-31").adding(months: -2).iso == "2025-11-30")
    }

    @Test func `a day that somebody set takes the rule's place`() throws {
        let clock = try start(.step(.requestSupplement), at: "2026-09-18T09:00", until: "2026-09-25").first
        #expect(clock?.dueAt.date.iso == "2026-09-25")
    }

    @Test func `a year without a calendar is told and its clocks are provisional`() throws {
        #expect(shipped.triage.missingCalendars(on: try day("2026-12-20")) == [2027])
        #expect(shipped.triage.missingCalendars(on: try day("2026-03-01")).isEmpty)
        let clock = try start(.received, at: "2026-12-28T09:00", #"{"aidRoute":"byApplication"}"#).first
        #expect(clock?.isProvisional == true)
        #expect(clock?.json["provisional"] == true)
    }
}

@Suite struct ClockLives {
    let shipped: Shipped
    let application: LegalAidApplication
    let decision: Clock

    init() throws {
        shipped = try Shipped()
        application = try shipped.application(#"{"aidRoute":"byApplication"}"#)
        // Tuesday; seven days end on Tuesday 29 September.
        decision = try #require(
            shipped.triage.clocks(
                startedBy: .received, at: try moment("2026-09-22T10:00:00+08:00"),
                for: application
            ).first)
    }

    private func advance(_ clocks: [Clock], _ event: CaseEvent, _ time: String) throws -> [Clock] {
        shipped.triage.advance(
            clocks, by: .step(event), at: try moment(time + ":00+08:00"),
            for: application)
    }

    private func find(_ id: String, in clocks: [Clock]) throws -> Clock {
        try #require(clocks.first { $0.id == id })
    }

    @Test(arguments: [(CaseEvent.requestSupplement, CaseEvent.supplemented), (.askCrossRegion, .crossRegionAnswered)])
    func `the time of a supplement or of a check elsewhere does not count`(begin: CaseEvent, end: CaseEvent) throws {
        #expect(decision.dueAt.date.iso == "2026-09-29")
        let paused = try advance([decision], begin, "2026-09-24T09:00")
        let waiting = try find("CLK-05", in: paused)
        #expect(!waiting.isRunning)
        #expect(!waiting.isOverdue(at: try moment("2026-12-01")))
        // Five days were left on the 24th; on the 28th they begin again and end on a holiday.
        let resumed = try find("CLK-05", in: try advance(paused, end, "2026-09-28T16:00"))
        #expect(resumed.isRunning)
        #expect(resumed.targetAt.date.iso == "2026-10-03")
        #expect(resumed.dueAt.date.iso == "2026-10-08")
    }

    @Test func `pausing twice and going on without a pause change nothing`() throws {
        let paused = try advance([decision], .requestSupplement, "2026-09-24T09:00")
        let again = try find("CLK-05", in: try advance(paused, .askCrossRegion, "2026-09-26T09:00"))
        #expect(again == (try find("CLK-05", in: paused)))
        #expect(try advance([decision], .supplemented, "2026-09-24T09:00") == [decision])
    }

    @Test func `working days and hours keep what was left of them`() throws {
        let calendar = shipped.triage.calendar
        let start = try moment("2026-09-29T10:00:00+08:00")
        func clock(_ unit: ClockUnit, _ amount: Int) -> Clock {
            let ends = calendar.ends(of: amount, unit, from: start, rollsOver: false)
            return Clock(
                id: "X", kind: .statutory, bound: .institution, unit: unit, amount: amount, rollsOver: false,
                soonHours: 24, basis: "b", ruleVersion: 1, startedAt: start, dueAt: ends.due, targetAt: ends.target,
                isProvisional: false, isDerived: false, isMet: nil)
        }
        let pause = try moment("2026-09-30T08:00:00+08:00")
        let resume = try moment("2026-10-09T08:00:00+08:00")
        // 30 September, 8, 9, 10 (make-up), 12 October.
        #expect(clock(.workingDay, 5).dueAt.date.iso == "2026-10-12")
        let working = clock(.workingDay, 5).paused(at: pause, by: calendar).resumed(at: resume, by: calendar)
        #expect(working.dueAt.date.iso == "2026-10-14")
        let hours = clock(.hour, 24).paused(at: pause, by: calendar).resumed(at: resume, by: calendar)
        #expect(hours.dueAt.rfc3339 == "2026-10-09T10:00:00+08:00")
    }

    @Test func `what was overdue when it paused is overdue when it goes on`() throws {
        let paused = try advance([decision], .requestSupplement, "2026-10-10T09:00")
        let resumed = try find("CLK-05", in: try advance(paused, .supplemented, "2026-10-12T09:00"))
        #expect(resumed.isOverdue(at: try moment("2026-10-12T09:00:00+08:00")))
    }

    @Test(arguments: [CaseEvent.grant, .refuse, .withdraw, .dueExpired])
    func `the decision stops its clock, and where none is owed any more it ends`(event: CaseEvent) throws {
        let calendar = shipped.triage.calendar
        let at = try moment("2026-09-25T09:00:00+08:00")
        let after = try find("CLK-05", in: try advance([decision], event, "2026-09-25T09:00"))
        let isDecision = event == .grant || event == .refuse
        #expect(after.phase == (isDecision ? .stopped(at: at) : .ended(at: at)))
        #expect(!after.isOverdue(at: try moment("2026-12-01")) && after.phase.over == at)
        #expect(after.stopped(at: try moment("2026-11-01"), by: calendar) == after)
        #expect(after.ended(at: try moment("2026-11-01"), by: calendar) == after)
        #expect(Clock(stored: after.stored) == after)
    }

    @Test func `what is over while it is paused has lost no time to the pause`() throws {
        let paused = try advance([decision], .requestSupplement, "2026-09-26T09:00")
        let ended = try find("CLK-05", in: try advance(paused, .dueExpired, "2026-11-20T09:00"))
        #expect(ended.phase == .ended(at: try moment("2026-11-20T09:00:00+08:00")))
        #expect(ended.dueAt > (try moment("2026-11-20T09:00:00+08:00")))
        let late = try advance([decision], .requestSupplement, "2026-10-10T09:00")
        #expect(try find("CLK-05", in: try advance(late, .withdraw, "2026-11-20T09:00")).dueAt < moment("2026-11-20"))
    }

    @Test func `a case walks from clock to clock`() throws {
        var clocks = try advance([decision], .grant, "2026-09-25T09:00")
        #expect(clocks.filter(\.isRunning).map(\.id) == ["CLK-06"])
        clocks = try advance(clocks, .assign, "2026-09-27T09:00")
        #expect(clocks.filter(\.isRunning).map(\.id) == ["CLK-10"])
        clocks = try advance(clocks, .agreementSigned, "2026-09-28T09:00")
        clocks = try advance(clocks, .replaceRequested, "2026-09-29T09:00")
        #expect(clocks.filter(\.isRunning).map(\.id) == ["CLK-13"])
        clocks = try advance(clocks, .replaceDenied, "2026-09-29T15:00")
        clocks = try advance(clocks, .close, "2026-09-30T09:00")
        #expect(clocks.filter(\.isRunning).map(\.id) == ["CLK-15"])
        clocks = shipped.triage.advance(
            clocks, by: .step(.closingPapersReceived), at: try moment("2026-10-10T09:00:00+08:00"),
            for: application)
        #expect(clocks.filter(\.isRunning).map(\.id) == ["CLK-16"])
        #expect(Set(clocks.map(\.id)).count == clocks.count)
    }

    @Test func `what came to the wrong place first has its time from the day the right one signs for it`() throws {
        let arrived = try moment("2026-09-29T09:00:00+08:00")
        let signed = try moment("2026-09-30T15:00:00+08:00")
        for (road, id, due) in [("byNotification", "CLK-04", "2026-10-08"), ("byApplication", "CLK-05", "2026-10-08")] {
            let application = try shipped.application(
                #"{"aidRoute":"\#(road)","source":{"receivedAt":"\#(arrived.rfc3339)"}}"#)
            var clocks = shipped.triage.clocks(startedBy: .received, at: arrived, for: application)
            clocks = shipped.triage.advance(clocks, by: .firstContact, at: arrived, for: application)
            let first = clocks
            clocks = shipped.triage.advance(clocks, by: .firstContact, at: arrived.adding(hours: 20), for: application)
            #expect(clocks == first)
            #expect(clocks.filter(\.isRunning).map(\.id) == [id, "CLK-24"])
            clocks = shipped.triage.advance(clocks, by: .targetSignedIn, at: signed, for: application)
            #expect(clocks.filter(\.isRunning).map(\.id) == [id])
            #expect(try find(id, in: clocks).startedAt == signed)
            // The first institution's clock stays on file.
            let former = try find(id + "#1", in: clocks)
            #expect(former.startedAt == arrived && former.phase == .ended(at: signed))
            #expect(try find(id, in: clocks).dueAt.date.iso == due)
        }
    }

    @Test func `somebody is told before the end and then of being late`() throws {
        func at(_ text: String) throws -> Timestamp { try moment(text + ":00+08:00") }
        #expect(try !decision.isDueSoon(at: at("2026-09-27T23:00")))
        #expect(try decision.isDueSoon(at: at("2026-09-28T00:00")))
        #expect(try decision.isDueSoon(at: at("2026-09-29T23:59")))
        #expect(try !decision.isOverdue(at: at("2026-09-29T23:59")))
        #expect(try decision.isOverdue(at: at("2026-09-30T00:00")))
        #expect(try !decision.isDueSoon(at: at("2026-09-30T00:00")))
    }

    @Test func `a store keeps every clock whole`() throws {
        var clocks = shipped.triage.advance(
            [decision], by: .step(.requestSupplement),
            at: try moment("2026-09-24T09:00:00+08:00"), for: application)
        clocks.append(decision)
        clocks.append(decision.stopped(at: decision.dueAt, by: shipped.triage.calendar))
        for clock in clocks {
            let bytes = clock.stored.serialized()
            #expect(Clock(stored: try JSONValue(parsing: bytes)) == clock)
        }
        #expect(Clock(stored: ["id": "CLK-05"]) == nil)
    }
}
