import Canonical
import StrictJSON
import Testing
import Vocabulary

@testable import Triage

/// A life cycle as a table: what the application is, what happens when, and how a clock stands at the end.
struct LifeCycle: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let application: String
    let story: String
    /// By number: `running until DAY`, `paused`, `stopped DAY`, `ended DAY`, `late`, or `none`.
    let clocks: [String: String]

    init(_ name: String, _ application: String, _ story: String, _ clocks: [String: String]) {
        testDescription = name
        self.application = application
        self.story = story
        self.clocks = clocks
    }
}

private let applied = #"{"aidRoute":"byApplication"}"#
private let noticed =
    #"{"aidRoute":"byNotification","matter":{"caseDomain":"criminal"},"proceeding":{"handlingOrgan":{"type":"court"}}}"#

/// Real holidays lie in these: Spring Festival 15–23 February 2026, National Day 1–7 October 2026.
private let lives: [LifeCycle] = [
    LifeCycle(
        "papers asked for and brought over a holiday take no day of the decision", applied,
        """
        2026-02-10 received
        2026-02-11 signIn
        2026-02-13 requestSupplement
        2026-02-26 supplemented   # four of the seven days were left
        """, ["CLK-05": "running until 2026-03-02", "CLK-09": "stopped 2026-02-26"]),
    LifeCycle(
        "a pause that begins in the holiday that a limit was moved over leaves its working day", applied,
        """
        2026-02-10 received
        2026-02-11 signIn
        2026-02-20T10:00:00+08:00 requestSupplement   # the seventh day was the 17th, the last one is the 24th
        2026-02-25 supplemented
        """, ["CLK-05": "running until 2026-02-26"]),
    LifeCycle(
        "a pause that begins and ends in the holiday changes nothing", applied,
        """
        2026-02-10 received
        2026-02-11 signIn
        2026-02-18 requestSupplement
        2026-02-20 supplemented
        """, ["CLK-05": "running until 2026-02-24"]),
    LifeCycle(
        "what is overdue is not paused", applied,
        """
        2026-03-02 received
        2026-03-03 signIn
        2026-03-10 requestSupplement
        2026-03-20 supplemented
        """, ["CLK-05": "late"]),
    LifeCycle(
        "provisional acceptance pauses the decision, papers that the gateway received let it go on", applied,
        """
        2026-03-02 received
        2026-03-03 signIn
        2026-03-04 acceptProvisionally until 2026-03-20
        2026-03-06 grant
        2026-03-07 papersComplete
        """, ["CLK-05": "stopped 2026-03-06", "CLK-06": "running until 2026-03-09", "CLK-09": "stopped 2026-03-07"]),
    LifeCycle(
        "advance aid begins where papers are missing, and a lawyer is assigned before the decision", applied,
        """
        2026-03-02 received
        2026-03-03 signIn
        2026-03-04 requestSupplement
        2026-03-04 startAdvance
        2026-03-05 assign
        2026-03-06 workStarted
        2026-03-09 papersComplete
        2026-03-10 grant
        2026-03-11 agreementSigned
        """,
        [
            "CLK-05": "stopped 2026-03-10", "CLK-09": "stopped 2026-03-09", "CLK-10": "ended 2026-03-06",
        ]),
    LifeCycle(
        "another lawyer before the work began", applied,
        """
        2026-03-02 received
        2026-03-02 signIn
        2026-03-02 accept
        2026-03-03 grant
        2026-03-04 assign
        2026-03-05 replaceRequested
        2026-03-06 replaced
        2026-03-09 agreementSigned
        """, ["CLK-10#1": "ended 2026-03-06", "CLK-10": "stopped 2026-03-09", "CLK-13": "stopped 2026-03-06"]),
    LifeCycle(
        "a grant that the person gives up", applied,
        """
        2026-03-02 received
        2026-03-02 signIn
        2026-03-02 accept
        2026-03-03 grant
        2026-03-04 withdraw
        """, ["CLK-06": "ended 2026-03-04"]),
    LifeCycle(
        "a grant ended because the person retains counsel", applied,
        """
        2026-03-02 received
        2026-03-02 signIn
        2026-03-02 accept
        2026-03-03 grant
        2026-03-04 ownLawyerRetained
        2026-03-05 terminationServed
        """, ["CLK-06": "ended 2026-03-04", "CLK-14": "stopped 2026-03-05", "CLK-11": "running until 2026-03-20"]),
    LifeCycle(
        "a notice that its organ withdraws before the assignment", noticed,
        """
        2026-03-02 received
        2026-03-02 signIn
        2026-03-03 withdraw
        """, ["CLK-04": "ended 2026-03-03", "CLK-14": "none", "CLK-10": "none"]),
    LifeCycle(
        "a defendant who retains counsel before the assignment", noticed,
        """
        2026-03-02 received
        2026-03-02 signIn
        2026-03-03 noticeIncomplete
        2026-03-03 ownLawyerRetained
        """, ["CLK-04": "ended 2026-03-03", "CLK-14": "none"]),
    LifeCycle(
        "a notice's case to its file", noticed,
        """
        2026-03-02 received
        2026-03-02 signIn
        2026-03-03 assign
        2026-03-04 papersFiledWithCourt
        2026-03-05 workStarted
        2026-06-01 close
        2026-06-10 closingPapersReceived
        2026-06-20 closingPapersReviewed
        2026-06-22 archive
        """,
        [
            "CLK-04": "stopped 2026-03-03", "CLK-10": "ended 2026-03-05", "CLK-22": "stopped 2026-03-04",
            "CLK-15": "stopped 2026-06-10", "CLK-16": "stopped 2026-06-20",
        ]),
    LifeCycle(
        "advice that becomes an application", #"{"aidRoute":"byConsultation"}"#,
        """
        2026-03-02 received
        2026-03-03 signIn
        2026-03-05 apply
        2026-03-06 accept
        """, ["CLK-05": "running until 2026-03-12"]),
    LifeCycle(
        "a hand-over: the first contact's day, then the competent institution's own limit", applied,
        """
        2026-09-30T09:00:00+08:00 received
        2026-09-30T10:00:00+08:00 signIn
        2026-10-08T09:00:00+08:00 proposeHandover
        2026-10-08T10:00:00+08:00 targetReturns
        2026-10-08T11:00:00+08:00 proposeHandover
        2026-10-08T15:00:00+08:00 targetSignsIn
        """,
        [
            "CLK-24": "stopped 2026-10-08", "CLK-24#1": "none", "CLK-05#1": "ended 2026-10-08",
            "CLK-05": "running until 2026-10-15",
        ]
    ),
    LifeCycle(
        "a limitation ends with the filing",
        #"{"aidRoute":"byApplication","proceeding":{"deadlines":[{"date":"2026-03-20"}]}}"#,
        """
        2026-03-02 received
        2026-03-03 signIn
        2026-03-05 claimFiled
        """, ["CLK-21": "stopped 2026-03-05"]),
    LifeCycle(
        "a refusal is open to objection from the day it was received", applied,
        """
        2026-03-02 received
        2026-03-02 signIn
        2026-03-02 accept
        2026-03-03 refuse
        2026-03-06 decisionServed
        2026-03-10 objectionFiled
        2026-03-12 uphold
        """, ["CLK-11#1": "ended 2026-03-06", "CLK-11": "stopped 2026-03-10", "CLK-12": "stopped 2026-03-12"]),
]

@Suite struct CaseStories {
    let shipped: Shipped

    init() throws { shipped = try Shipped() }

    private func standing(_ clock: Clock?, at now: Timestamp) -> String {
        guard let clock else { return "none" }
        switch clock.phase {
        case .running: return clock.isOverdue(at: now) ? "late" : "running until \(clock.dueAt.date.iso)"
        case .paused: return "paused"
        case .stopped(let at): return "stopped \(at.date.iso)"
        case .ended(let at): return clock.dueAt < at ? "late" : "ended \(at.date.iso)"
        }
    }

    @Test(arguments: lives) func `a life goes as its table says`(life: LifeCycle) throws {
        let moments = try CaseStory(text: life.story).play(shipped.application(life.application), by: shipped.triage)
        let last = try #require(moments.last)
        for (id, expected) in life.clocks {
            let clock = last.clocks.first { $0.id == id }
            #expect(standing(clock, at: last.event.at) == expected, "\(id): \(last.report)")
        }
    }

    /// Whatever happens to a case, once it is filed away or over no clock runs on.
    @Test func `every clock that runs can end, by the rules`() throws {
        for rule in shipped.triage.rules.clocks where !rule.judgesReceipt {
            #expect(!rule.stops.isEmpty, "\(rule.head.id) line \(rule.head.line) has nothing that fulfils it")
        }
    }

    @Test(arguments: [
        ("2026-03-02 recieved", 1, "did you mean received?"), ("2026-03-02 signIn", 1, "begins with received"),
        ("2026-03-02 received\n\n2026-03-01 signIn", 3, "lies before"),
        ("gestern received", 1, "a time with its offset"),
        ("received", 1, "TIME EVENT"), ("2026-03-02T09:30:00 received", 1, "a time with its offset"),
        ("2026-03-02 received\n2026-03-03 signIn until soon", 2, "soon is no date"),
        ("2026-03-02 received\n2026-03-03 received", 2, "once"),
    ])
    func `a line that is none is named`(text: String, line: Int, word: String) throws {
        let mistake = #expect(throws: CaseStory.Mistake.self) { try CaseStory(text: text) }
        #expect(mistake?.line == line && mistake?.text.en.contains(word) == true, "\(mistake?.text.en ?? "")")
    }

    @Test func `an event that the machine refuses is named with those that are legal`() throws {
        let story = try CaseStory(text: "2026-03-02 received\n2026-03-03 signIn\n2026-03-04 close")
        let mistake = #expect(throws: CaseStory.Mistake.self) {
            try story.play(shipped.application(applied), by: shipped.triage)
        }
        #expect(mistake?.line == 3 && mistake?.text.en.contains("accept") == true)
    }

    /// What the law exempts from limitation, and what it lets begin later.
    @Test(
        arguments: [
            (#""matter":{"caseDomain":"civil","factsDate":"2024-05-06","causeOfAction":"赡养费纠纷"}"#, nil),
            (#""matter":{"caseDomain":"civil","factsDate":"2024-05-06","factsSummary":"涉及赡养"}"#, "2027-05-06"),
            (#""matter":{"caseDomain":"labourArbitration","factsDate":"2025-10-09","causeOfAction":"追索劳动报酬"}"#, nil),
            (
                #""matter":{"caseDomain":"labourArbitration","factsDate":"2025-10-09","causeOfAction":"经济补偿金"}"#,
                "2026-10-09"
            ),
            (
                #""matter":{"caseDomain":"civil","factsDate":"2024-05-06","causeOfAction":"猥亵损害赔偿"},"recipient":{"birthDate":"2012-06-01"}"#,
                "2033-06-01"
            ),
            (
                #""matter":{"caseDomain":"civil","factsDate":"2024-05-06","factsSummary":"遭猥亵"},"recipient":{"birthDate":"2012-06-01"}"#,
                "2027-05-06"
            ),
            (
                #""matter":{"caseDomain":"civil","factsDate":"2024-05-06","causeOfAction":"猥亵损害赔偿"},"recipient":{"birthDate":"1992-06-01"}"#,
                "2027-05-06"
            ),
        ] as [(String, String?)])
    func `a limitation knows what the law exempts`(members: String, due: String?) throws {
        let clocks = shipped.triage.clocks(
            startedBy: .received, at: try moment("2026-09-29T09:00:00+08:00"),
            for: try shipped.application("{\"aidRoute\":\"byApplication\",\(members)}"))
        #expect(clocks.first { $0.id == "CLK-21" }?.targetAt.date.iso == due)
    }
}
