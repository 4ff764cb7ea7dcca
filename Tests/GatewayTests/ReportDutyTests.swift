import Foundation
import StrictJSON
import Testing
import Transport
import Triage
import Vocabulary

@testable import Canonical
@testable import Cases
@testable import gateway

/// What a report of a step must say and may say (`config/rules/reports.xml`, `Mappings/canonical/status.schema.json`).
@Suite struct ReportDutyTests {
    private static let pipeline = Result { try Gateway.pipeline(try shippedConfiguration()) }
    private let day = CalendarDate(iso: "2026-11-02")

    /// A report that says everything that can be said.
    private static let full: JSONValue = [
        "event": "assign", "officer": "zhang", "due": "2026-12-01", "remark": "备注",
        "missing": [["kind": "idProof"], ["title": "劳动合同", "required": true]],
        "decision": [
            "date": "2026-11-01", "no": "援决字〔2026〕第1号", "kind": "refused", "reasonCode": "outOfScope", "reason": "理由",
            "remedy": "可提出异议",
        ],
        "assignment": [
            "unit": "律所", "lawyer": "律师", "licenceNo": "1", "phone": "0519-80000010", "letterNo": "1",
            "date": "2026-11-01",
        ],
        "closure": ["date": "2026-11-01", "resultCode": "won"],
        "termination": ["date": "2026-11-01", "reasonCode": "T6"],
        "transfer": ["to": "CZ-WJ", "toName": "武进", "phone": "0519-80000120", "reason": "理由"],
    ]

    private func read(_ report: JSONValue) throws -> JSONObject {
        try ReportReading.read(try #require(report.object), of: .requestSupplement, by: Self.pipeline.get().translator)
    }

    /// The pointers of what is refused, and the status that it is refused with.
    private func refusal(_ work: () throws -> Void) -> (status: Int, pointers: Set<String>)? {
        do {
            try work()
            return nil
        } catch let problem as Problem {
            let pointers = problem.errors.compactMap { $0.at("location.path")?.string }
            return (problem.kind.status, Set(pointers))
        } catch {
            return nil
        }
    }

    private func refusal(of report: JSONValue, _ event: CaseEvent, _ sender: Audience) throws -> (
        status: Int, pointers: Set<String>
    )? {
        let (read, triage) = (try read(report), try Self.pipeline.get().triage)
        let day = try #require(day)
        return refusal { try ReportReading.check(read, of: event, toTell: sender, by: triage, on: day) }
    }

    @Test func `of every event and kind of sender, what must be told is asked for, and nothing else`() throws {
        let triage = try Self.pipeline.get().triage
        let day = try #require(day)
        var asked = 0
        for event in CaseEvent.allCases {
            for sender in Audience.allCases {
                #expect(try refusal(of: Self.full, event, sender) == nil, "\(event) \(sender)")
                let duties = triage.duties(of: event, toTell: sender, on: day)
                let isTold = event.status.map { StatusVisibility.detail(of: $0, for: sender) != .withheld } ?? false
                let empty = try refusal(of: ["event": "x"], event, sender)
                guard isTold, !duties.isEmpty else {
                    #expect(empty == nil, "\(event) \(sender)")
                    continue
                }
                asked += 1
                let paths = duties.flatMap(\.tells)
                let pointers = Set(paths.map { "/" + $0.replacing(".", with: "/") })
                #expect(empty?.status == 422 && empty?.pointers == pointers, "\(event) \(sender)")
                for path in paths {
                    for variant in variants(without: path) {
                        let one = try refusal(of: variant, event, sender)
                        #expect(one?.status == 422 && one?.pointers.count == 1, "\(event) \(sender) \(path)")
                        let group = "/" + (path.split(separator: ".").first ?? "")
                        #expect(one?.pointers.first?.hasPrefix(group) == true)
                    }
                }
            }
        }
        #expect(asked > 25)
    }

    /// The full report without what a path names: left out, and blank.
    private func variants(without path: String) -> [JSONValue] {
        let parts = path.split(separator: ".").map(String.init)
        guard parts.count == 2 else { return [] }
        func with(_ change: (inout JSONValue) -> Void) -> JSONValue {
            var report = Self.full
            change(&report)
            return report
        }
        if parts[0] == "missing" {
            return [
                with { $0["missing"] = [] }, with { $0["missing"] = nil }, with { $0["missing"] = [["title": " "]] },
            ]
        }
        return [with { $0[parts[0]]?[parts[1]] = nil }, with { $0[parts[0]]?[parts[1]] = "  " }]
            .filter {
                $0[parts[0]]?[parts[1]] == nil
                    || CanonicalModel.status.field(at: "\(parts[0])/\(parts[1])")?.isText == true
            }
    }

    @Test func `every member outside its type, its code list or the contract is refused at its place`() throws {
        let wrong: [JSONValue] = [1, true, .null, [], [:], ["a": 1], "no such code", "2026-02-30"]
        for field in CanonicalModel.status.fields {
            let parts = field.path.split(separator: "/").map(String.init)
            guard ReportReading.told.contains(parts[0]) else { continue }
            for value in wrong where !field.allows(value) {
                var report = Self.full
                var pointer = "/" + parts.joined(separator: "/")
                if parts[0] == "missing" {
                    report["missing"] = [.object(JSONObject([(parts[1], value)]))]
                    pointer = "/missing/0/\(parts[1])"
                } else if parts.count == 2 {
                    report[parts[0]]?[parts[1]] = value
                } else {
                    report[parts[0]] = value
                }
                let one = refusal { _ = try read(report) }
                #expect(one?.status == 400 && one?.pointers == [pointer], "\(field.path): \(value.text())")
            }
        }
        for name in ReportReading.told {
            for value in [1, "text", true] as [JSONValue] where !["due", "remark"].contains(name) {
                var report = Self.full
                report[name] = value
                #expect(refusal { _ = try read(report) }?.pointers == ["/\(name)"], "\(name)")
            }
            guard Self.full[name]?.object != nil else { continue }
            var report = Self.full
            report[name]?["un/known"] = 1
            #expect(refusal { _ = try read(report) }?.pointers == ["/\(name)/un~1known"], "\(name)")
        }
        var several = Self.full
        several["lead"] = ["state": "applied"]
        several["recipient"] = ["name": "x"]
        several["officer"] = 5
        several["decision"]?["reasonCode"] = "RF-1"
        #expect(
            refusal { _ = try read(several) }?.pointers == ["/lead", "/recipient", "/officer", "/decision/reasonCode"])
    }

    @Test func `a paper named by its kind alone is told by its title, and what is the institution's own stays here`()
        throws
    {
        let read = try read(Self.full)
        #expect(read["missing"] == [["kind": "idProof", "title": "身份证明"], ["title": "劳动合同"]])
    }

    @Test func `a report is refused with all its mistakes, and the case stays where it was`() async throws {
        let flow = try FlowGateway()
        _ = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice("RP-1"), mediaType: "application/xml")
        let number = try await flow.signIn("CZ-TN")["applicationNo"]?.string ?? ""
        let path = "/v1/applications/\(number)/status"
        let bad = [
            (#"{"event":"assign","assignment":{"lawyer":"测律师"}}"#, 422, ["/assignment/unit", "/assignment/phone"]),
            (#"{"event":"assign","assignment":"x","foo":1}"#, 400, ["/assignment", "/foo"]),
            (#"{"event":"assign","due":"2026-02-30"}"#, 400, ["/due"]), (#"{"event":["assign"]}"#, 400, ["/event"]),
            (#"{"event":"noticeIncomplete"}"#, 422, ["/missing/title"]),
            (#"{"event":"noticeIncomplete","missing":[{"kind":"none"}]}"#, 400, ["/missing/0/kind"]),
        ]
        for (body, status, pointers) in bad {
            let answer = try await flow.institution("CZ-TN").call("POST", path, body: Array(body.utf8))
            let told = (answer.json["errors"]?.array ?? []).compactMap { $0.at("location.path")?.string }
            #expect(answer.status == status && told == pointers, "\(body): \(answer.json.text())")
        }
        #expect(try await flow.application(number, as: "CZ-TN").at("progress.state") == "pendingIntake")
        let assigned = try await flow.step("assign", of: number, by: "CZ-TN")
        #expect(assigned["state"] == "assigned")
        await flow.end()
    }
}

extension FieldDefinition {
    fileprivate var isText: Bool { if case .text = type { true } else { false } }

    /// Whether a value is of the field's type; for codes and dates none of the test's words is.
    fileprivate func allows(_ value: JSONValue) -> Bool {
        switch type {
        case .text(let length): value.string.map { $0.count <= length } ?? false
        case .integer: value.int != nil
        case .boolean: value.bool != nil
        case .code, .word, .date, .dateTime, .money: false
        }
    }
}
