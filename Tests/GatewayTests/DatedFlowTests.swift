import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Triage
import Vocabulary

@testable import Cases
@testable import gateway

/// The flows of the domain description (§3.0.2 to §3.5) as stories with dates, each in both outcomes, over HTTP.
@Suite struct DatedFlows {
    private static let stories: [FlowStory] = [
        FlowStory(
            "a: an ordinary referral, granted, worked and filed away", from: "civil", told: "01 02 05 12 13 16",
            """
            2026-04-28T09:00 | receive         |               | CLK-05 2026-05-06
            2026-04-28T10:00 | signIn          | pendingIntake | CLK-05 2026-05-06
            2026-04-29T09:00 | accept          | accepted      | CLK-05 2026-05-06
            2026-04-30T09:00 | grant           | granted       | CLK-05 over, CLK-06 2026-05-06
            2026-05-06T09:00 | assign          | assigned      | CLK-06 over, CLK-10 2026-05-11
            2026-05-07T09:00 | replaceRequested | replacing    | CLK-13 2026-05-12, CLK-10 2026-05-11
            2026-05-08T09:00 | replaced        | assigned      | CLK-13 over, CLK-10 2026-05-13
            2026-05-12T09:00 | agreementSigned | entrusted     | CLK-10 over
            2026-05-13T09:00 | workStarted     | inProgress    | CLK-10 over
            2026-06-01T09:00 | close           | closed        | CLK-15 2026-07-01
            2026-07-01T09:00 | archive         | archived      | CLK-15 over
            """),
        FlowStory(
            "a: an ordinary referral, refused", from: "civil", told: "01 02 06",
            """
            2026-04-28T09:00 | receive        |               | CLK-05 2026-05-06
            2026-04-28T10:00 | signIn         | pendingIntake | CLK-05 2026-05-06
            2026-04-29T09:00 | accept         | accepted      | CLK-05 2026-05-06
            2026-05-06T09:00 | refuse         | refused       | CLK-05 over, CLK-11 2026-05-21
            2026-05-21T09:00 | objectionFiled | objectionPending | CLK-11 over, CLK-12 2026-05-26
            2026-05-26T09:00 | uphold         | objectionUpheld | CLK-12 over
            """),
        FlowStory(
            "a: aid in advance, a lawyer replaced before the decision, granted", from: "court", told: "01 10 12 14 05",
            """
            2026-04-28T09:00 | receive          |               | CLK-05 2026-05-06
            2026-04-28T10:00 | signIn           | pendingIntake | CLK-05 2026-05-06
            2026-04-28T11:00 | startAdvance     | advanceAid    | CLK-05 2026-05-06
            2026-04-28T15:00 | assign           | advanceAid    | CLK-10 2026-05-06
            2026-04-29T09:00 | workStarted      | advanceAid    | CLK-10 over
            2026-04-30T09:00 | replaceRequested | advanceAid    | CLK-13 2026-05-06
            2026-05-06T09:00 | replaced         | advanceAid    | CLK-13 over, CLK-10 2026-05-11
            2026-05-06T15:00 | grant            | inProgress    | CLK-05 over
            2026-05-07T09:00 | agreementSigned  | inProgress    | CLK-10 over
            """),
        FlowStory(
            "a: aid in advance, refused", from: "court", told: "01 10 12 06",
            """
            2026-04-28T09:00 | receive      |               | CLK-05 2026-05-06
            2026-04-28T10:00 | signIn       | pendingIntake | CLK-05 2026-05-06
            2026-04-28T11:00 | startAdvance | advanceAid    | CLK-05 2026-05-06
            2026-04-28T15:00 | assign       | advanceAid    | CLK-10 2026-05-06
            2026-05-06T09:00 | refuse       | refused       | CLK-05 over, CLK-10 over, CLK-11 2026-05-21
            """),
        FlowStory(
            "b: a notice, assigned, refused by the person and notified again", from: "notice", told: "01 03 12 12",
            """
            2026-04-30T09:00 | receive          |                 | CLK-04 2026-05-06
            2026-04-30T10:00 | signIn           | pendingIntake   | CLK-04 2026-05-06
            2026-04-30T11:00 | noticeIncomplete | noticeIncomplete | CLK-04 2026-05-06
            2026-05-05T09:00 | checkNotice      | noticeChecked   | CLK-04 2026-05-06
            2026-05-06T09:00 | assign           | assigned        | CLK-04 over, CLK-22 2026-05-09
            2026-05-07T09:00 | personRefuses    | refusalExamined | CLK-22 2026-05-09
            2026-05-08T09:00 | noticeAgain      | refusalExamined | CLK-04 2026-05-11
            2026-05-11T09:00 | renotified       | assigned        | CLK-04 over, CLK-22 2026-05-14
            2026-05-13T09:00 | papersFiledWithCourt | assigned    | CLK-22 over
            2026-05-20T09:00 | close            | closed          | CLK-15 2026-06-22
            """),
        FlowStory(
            "b: a notice, refused by the person for good", from: "notice", told: "01 12 15",
            """
            2026-04-30T09:00 | receive          |                 | CLK-04 2026-05-06
            2026-04-30T10:00 | signIn           | pendingIntake   | CLK-04 2026-05-06
            2026-05-06T09:00 | assign           | assigned        | CLK-04 over, CLK-10 2026-05-11
            2026-05-07T09:00 | personRefuses    | refusalExamined | CLK-10 2026-05-11
            2026-05-08T09:00 | refusalJustified | terminated      | CLK-10 over, CLK-14 2026-05-11
            2026-05-11T09:00 | terminationServed | terminated     | CLK-14 over
            """),
        FlowStory(
            "f: what came to another desk is handed on within a working day", from: "CZ-TN", told: "-",
            """
            2026-04-30T09:00 | receive     |               | CLK-24 2026-05-06, CLK-05 2026-05-07
            2026-05-06T10:00 | sign CZ-LY  | pendingIntake | CLK-24 over, CLK-05 2026-05-13
            2026-05-07T09:00 | accept      | accepted      | CLK-05 2026-05-13
            2026-05-13T09:00 | grant       | granted       | CLK-05 over, CLK-06 2026-05-18
            """),
        FlowStory(
            "f: nobody answers in time, and the city centre decides", from: "CZ-TN", told: "-",
            """
            2026-04-30T09:00 | receive      |               | CLK-24 2026-05-06, CLK-05 2026-05-07
            2026-05-07T00:10 | timeout      |               | CLK-24 2026-05-06
            2026-05-07T09:00 | city CZ-LY   |               | CLK-24 over, CLK-05 2026-05-14
            2026-05-07T10:00 | sign CZ-LY   | pendingIntake | CLK-05 2026-05-14
            2026-05-08T09:00 | accept       | accepted      | CLK-05 2026-05-14
            2026-05-14T09:00 | refuse       | refused       | CLK-05 over
            """),
        FlowStory(
            "f: two institutions send it back, and the city centre decides", from: "CZ-TN", told: "-",
            """
            2026-04-30T09:00 | receive       |               | CLK-24 2026-05-06
            2026-04-30T10:00 | return CZ-LY  |               | CLK-24 2026-05-06
            2026-04-30T11:00 | propose CZ-WJ |               | CLK-24 2026-05-06
            2026-04-30T15:00 | return CZ-WJ  |               | CLK-24 2026-05-06
            2026-05-06T09:00 | city CZ-LY    |               | CLK-24 over, CLK-05 2026-05-13
            2026-05-06T10:00 | sign CZ-LY    | pendingIntake | CLK-05 2026-05-13
            """),
        // Qingming (April 4th to 6th) lies in the time for the decision, which ends on the 7th.
        FlowStory(
            "c: civil support, granted; the person's suit is supported and won", from: "procuratorate",
            told: "01 02 05 12 16",
            """
            2026-03-30T09:00 | receive             |               | CLK-05 2026-04-07
            2026-03-30T14:00 | signIn              | pendingIntake | CLK-05 2026-04-07
            2026-03-31T09:00 | accept              | accepted      | CLK-05 2026-04-07
            2026-04-07T17:00 | grant               | granted       | CLK-05 over, CLK-06 2026-04-10
            2026-04-09T09:00 | assign              | assigned      | CLK-06 over, CLK-10 2026-04-14
            2026-04-13T09:00 | agreementSigned     | entrusted     | CLK-10 over
            2026-04-20T09:00 | supportLetterIssued | entrusted     | CLK-10 over
            2026-04-28T09:00 | courtFiled          | entrusted     | CLK-21 over
            2026-04-29T09:00 | workStarted         | inProgress    | CLK-10 over
            2026-06-18T09:00 | close               | closed        | CLK-15 2026-07-20
            2026-07-01T09:00 | closingPapersReceived | closed      | CLK-15 over, CLK-16 2026-07-31
            2026-07-30T09:00 | closingPapersReviewed | closed      | CLK-16 over
            """),
        FlowStory(
            "c: civil support, refused and upheld, whatever the procuratorate does", from: "procuratorate",
            told: "01 02 06 17",
            """
            2026-03-30T09:00 | receive             |                  | CLK-05 2026-04-07
            2026-03-30T14:00 | signIn              | pendingIntake    | CLK-05 2026-04-07
            2026-03-31T09:00 | accept              | accepted         | CLK-05 2026-04-07
            2026-04-01T09:00 | supportDeclined     | accepted         | CLK-05 2026-04-07
            2026-04-03T09:00 | refuse              | refused          | CLK-05 over, CLK-11 2026-04-20
            2026-04-08T09:00 | decisionServed      | refused          | CLK-11 2026-04-23
            2026-04-20T09:00 | objectionFiled      | objectionPending | CLK-11 over, CLK-12 2026-04-27
            2026-04-24T09:00 | uphold              | objectionUpheld  | CLK-12 over
            """),
        // The pause lies over the holiday of May 1st to 5th: what was left goes on after it.
        FlowStory(
            "d: a court's suggestion, granted after a supplement, settled", from: "court", told: "01 03 02 05 12",
            """
            2026-04-27T09:00 | receive             |                     | CLK-05 2026-05-06
            2026-04-27T10:00 | signIn              | pendingIntake       | CLK-05 2026-05-06
            2026-04-29T09:00 | requestSupplement   | supplementRequested | CLK-05 paused, CLK-09 2026-05-14
            2026-05-08T09:00 | supplemented        | accepted            | CLK-05 2026-05-13, CLK-09 over
            2026-05-12T09:00 | grant               | granted             | CLK-05 over, CLK-06 2026-05-15
            2026-05-13T09:00 | assign              | assigned            | CLK-06 over, CLK-10 2026-05-18
            2026-05-14T09:00 | workStarted         | inProgress          | CLK-10 over
            2026-06-02T09:00 | close               | closed              | CLK-15 2026-07-02
            """),
        FlowStory(
            "d: a court's suggestion, refused, and put right by the justice bureau", from: "court",
            told: "01 02 06 05 12",
            """
            2026-04-27T09:00 | receive             |                    | CLK-05 2026-05-06
            2026-04-27T10:00 | signIn              | pendingIntake      | CLK-05 2026-05-06
            2026-04-28T09:00 | accept              | accepted           | CLK-05 2026-05-06
            2026-04-29T09:00 | askCrossRegion      | crossRegionChecking | CLK-05 paused
            2026-05-06T09:00 | crossRegionAnswered | accepted           | CLK-05 2026-05-11
            2026-05-11T09:00 | refuse              | refused            | CLK-05 over, CLK-11 2026-05-26
            2026-05-20T09:00 | objectionFiled      | objectionPending   | CLK-12 2026-05-25
            2026-05-22T09:00 | orderCorrection     | objectionCorrected | CLK-12 over, CLK-06 2026-05-25
            2026-05-25T09:00 | assign              | assigned           | CLK-06 over
            """),
        FlowStory(
            "e: a demand with missing papers, granted when they come", from: "relief", told: "01 04 02 05 12 13 16",
            """
            2026-09-24T09:00 | receive             |                       | CLK-05 2026-10-08
            2026-09-24T10:00 | signIn              | pendingIntake         | CLK-05 2026-10-08
            2026-09-28T09:00 | acceptProvisionally | provisionallyAccepted | CLK-05 paused, CLK-09 2026-10-13
            2026-09-29T09:00 | share               | provisionallyAccepted | CLK-05 paused
            2026-10-09T09:00 | supplemented        | accepted              | CLK-05 2026-10-12, CLK-09 over
            2026-10-12T09:00 | grant               | granted               | CLK-05 over, CLK-06 2026-10-15
            2026-10-13T09:00 | assign              | assigned              | CLK-06 over
            2026-10-14T09:00 | workStarted         | inProgress            | CLK-10 over
            2026-12-01T09:00 | close               | closed                | CLK-15 2026-12-31
            """),
        FlowStory(
            "e: a demand whose papers never come", from: "relief", told: "01 04 09",
            """
            2026-09-24T09:00 | receive             |                       | CLK-05 2026-10-08
            2026-09-24T10:00 | signIn              | pendingIntake         | CLK-05 2026-10-08
            2026-09-28T09:00 | acceptProvisionally | provisionallyAccepted | CLK-05 paused, CLK-09 2026-10-13
            2026-10-14T09:00 | dueExpired          | deemedWithdrawn       | CLK-05 over, CLK-09 over
            """),
    ]

    @Test(arguments: stories) func `a flow goes through its story, each clock as the law has it`(
        story: FlowStory
    ) async throws {
        let flow = try await DatedFlow(at: story.lines[0].time)
        var receipt = JSONValue.null
        var code = ""
        for line in story.lines {
            try flow.go(to: line.time)
            let number = receipt["applicationNo"]?.string ?? ""
            let place: Comment = "\(line.time) \(line.what)"
            let words = line.what.split(separator: " ").map(String.init)
            switch words[0] {
            case "receive":
                receipt = try await receive(story.partner, flow)
                code = receipt["queue"]?.string ?? ""
            case "noticeAgain":
                let again = try await receive(story.partner, flow, "TZ-2")
                #expect(again["applicationNo"]?.string == number, place)
                try await flow.signIn(code)
            case "sign":
                code = words[1]
                try await flow.signIn(code)
            case "propose", "city":
                let caller = words[0] == "city" ? "CZ-SZ" : code
                let wish: JSONValue = ["to": .string(words[1]), "reason": "事由发生地"]
                _ = try await flow.remote(caller).ask(
                    "POST", "/v1/applications/\(number)/transfer", body: wish.serialized())
            case "return":
                _ = try await flow.remote(words[1]).ask(
                    "POST", "/v1/applications/\(number)/transfer/return", body: Array(#"{"reason":"不属本机构"}"#.utf8))
            case "timeout": #expect(try await flow.world.back.escalateOverdueHandovers(limit: 10) == 1, place)
            case "signIn": try await flow.signIn(code)
            case "share":
                let person = try await flow.remote(code).ask("GET", "/v1/applications/\(number)")["recipient"]
                _ = try await flow.send(
                    "statusShare", "S-1", from: "civil",
                    [
                        ("recipient", person ?? .null),
                        ("reliefStatuses", [["kind": "MLG", "status": "inForce", "validFrom": "2024-01-01"]]),
                    ])
                let told = try await flow.signIn(code)
                #expect(told.map { $0["reason"] } == ["evidence"], place)
            case "supportLetterIssued", "supportDeclined", "courtFiled":
                let told = try await flow.send(
                    "caseEvent", line.what, from: "procuratorate",
                    [
                        ("reference", ["applicationNo": .string(number)]),
                        ("event", ["code": .string(line.what), "no": "（2026）苏0413民初100号"]),
                    ])
                #expect(told["applicationNo"]?.string == number, place)
                #expect(try await flow.signIn(code).first?.at("application.notice.code")?.string == line.what, place)
            case let event: try await flow.step(event, of: number, by: code)
            }
            try await check(line, number: receipt["applicationNo"]?.string ?? "", with: code, flow)
        }
        // An institution is told of its own case by nobody.
        if story.told != "-" {
            let partner = story.partner == "notice" ? "court" : story.partner
            #expect(try await flow.codes(receipt, of: partner).joined(separator: " ") == story.told)
        }
        await flow.end()
    }

    private func receive(_ partner: String, _ flow: DatedFlow, _ id: String = "TZ-1") async throws -> JSONValue {
        let receipt =
            switch partner {
            case "civil":
                try await flow.send(
                    "referralSuggestion", "MZ-1", from: partner,
                    [
                        ("recipient", ["name": "测试戊"]), ("consent", ["applyWill": "self"]),
                        ("proceeding", ["handlingOrgan": ["type": "procuratorate", "code": "320402"]]),
                    ])
            case "notice":
                try await flow.send(
                    "notification", id, from: "court",
                    [
                        ("recipient", ["name": "测试甲", "idNumber": .string(inventedNumber(1))]),
                        ("matter", ["causeOfAction": "盗窃罪", "caseDomain": "criminal"]),
                        (
                            "proceeding",
                            ["caseNumber": "（2026）苏0402刑初1号", "handlingOrgan": ["type": "court", "code": "苏0402"]]
                        ),
                    ])
            case "CZ-TN":
                try await flow.remote(partner).ask(
                    "POST", "/v1/applications",
                    body: Array(
                        """
                        {"source":{"messageId":"WS-1"},"recipient":{"name":"测试庚"},"consent":{"applyWill":"self"},
                         "matter":{"caseDomain":"civil","factsPlace":"溧阳市测试镇","factsSummary":"道路交通事故"},
                         "firstContact":{"institution":"CZ-TN","officer":"测站员","at":"2026-04-30T08:30:00+08:00"}}
                        """.utf8))
            case "procuratorate":
                try await flow.send(
                    "referralSuggestion", "ZC-1", from: partner,
                    [
                        ("recipient", ["name": "测试丙"]), ("consent", ["applyWill": "self"]),
                        ("matter", ["causeOfAction": "追索劳动报酬纠纷"]),
                        ("proceeding", ["handlingOrgan": ["type": "procuratorate", "code": "320413"]]),
                        ("deadlines", [["kind": "limitation", "date": "2026-12-01"]]),
                    ])
            case "court":
                try await flow.send(
                    "referralSuggestion", "XZ-1", from: partner,
                    [
                        ("recipient", ["name": "测试乙"]), ("consent", ["applyWill": "self"]),
                        (
                            "proceeding",
                            ["caseNumber": "（2026）苏0402行初12号", "handlingOrgan": ["type": "court", "code": "苏0402"]]
                        ),
                    ])
            case _:
                try await flow.remote(partner).ask(
                    "POST", "/v1/referrals",
                    body: [UInt8](
                        try Data(
                            contentsOf: repository.appending(
                                path: "Mappings/relief-platform/demand/examples/all-fields.json"))))
            }
        #expect(receipt["outcome"] == "accepted", "\(receipt.text())")
        return receipt
    }

    private func check(
        _ line: FlowStory.Line, number: String, with code: String, _ flow: DatedFlow
    ) async throws {
        if !line.state.isEmpty {
            let application = try await flow.remote(code).ask("GET", "/v1/applications/\(number)")
            #expect(application.at("progress.state")?.string == line.state, "\(line.time) \(line.what)")
        }
        let clocks = try await flow.world.store.clocks(of: number)
        for (id, word) in line.clocks {
            let place: Comment = "\(line.time) \(line.what): \(id)"
            let clock = try #require(try clocks.first { $0.clock.id == id }?.clock.clock(of: number), place)
            switch clock.phase {
            case .running: #expect(word == clock.dueAt.date.iso, place)
            case .paused: #expect(word == "paused", place)
            case .stopped, .ended: #expect(word == "over", place)
            }
        }
    }
}
