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

    /// What must be told of each event to court, procuratorate, police, civil affairs, labour, union and work station, by the
    /// letters of `members`; of all other events nothing.
    private static let table = """
        assign              ulp ulp ulp -   ul  -   ulp
        renotified          ulp ulp ulp -   -   -   ulp
        replaced            ulp ulp ulp -   -   -   ulp
        requestSupplement   m   m   m   m   m   m   m
        noticeIncomplete    m   m   m   m   m   m   m
        acceptProvisionally -   m   -   m   m   m   m
        refuse              ry  ry  ry  r   ry  r   ry
        terminate           t   t   t   -   t   -   t
        close               -   c   -   -   -   -   -
        """
    private static let columns: [Audience] = [
        .court, .procuratorate, .police, .civilAffairs, .labour, .community, .station,
    ]
    private static let members: [Character: String] = [
        "u": "/assignment/unit", "l": "/assignment/lawyer", "p": "/assignment/phone", "m": "/missing/title",
        "r": "/decision/reasonCode", "y": "/decision/remedy", "t": "/termination/reasonCode",
        "c": "/closure/resultCode",
    ]

    /// The pointers that the table has, by event and sender.
    private static func duties() throws -> [CaseEvent: [Audience: [String]]] {
        var duties: [CaseEvent: [Audience: [String]]] = [:]
        for row in table.split(separator: "\n").map({ $0.split(separator: " ") }) {
            let event = try #require(CaseEvent(rawValue: String(row[0])))
            try #require(row.count == columns.count + 1)
            for (sender, letters) in zip(columns, row.dropFirst()) where letters != "-" {
                duties[event, default: [:]][sender] = try letters.map { try #require(members[$0]) }
            }
        }
        return duties
    }

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

    private struct Refusal: Equatable {
        let status: Int
        /// The codes of what is refused, by its pointer.
        let codes: [String: String]

        init(_ status: Int, _ codes: [String: String]) {
            self.status = status
            self.codes = codes
        }

        /// Nothing where the work is done.
        init?(_ work: () throws -> Void) throws {
            do {
                try work()
                return nil
            } catch let problem as Problem {
                status = problem.kind.status
                codes = Dictionary(
                    problem.errors.map { ($0.at("location.path")?.string ?? "", $0["code"]?.string ?? "") }
                ) { "\($0) \($1)" }
            }
        }
    }

    private func refusal(of report: JSONValue, _ event: CaseEvent, _ sender: Audience) throws -> Refusal? {
        let (read, pipeline) = (try read(report), try Self.pipeline.get())
        let day = try #require(day)
        return try Refusal {
            try ReportReading.check(read, of: event, toTell: sender, by: pipeline.triage, pipeline.translator, on: day)
        }
    }

    @Test func `of every event and kind of sender, what must be told is asked for, and nothing else`() throws {
        let duties = try Self.duties()
        for event in CaseEvent.allCases {
            for sender in Audience.allCases {
                #expect(try refusal(of: Self.full, event, sender) == nil, "\(event) \(sender)")
                let pointers = duties[event]?[sender] ?? []
                let empty = try refusal(of: ["event": "x"], event, sender)
                let all = Refusal(422, Dictionary(uniqueKeysWithValues: pointers.map { ($0, "missing") }))
                #expect(empty == (pointers.isEmpty ? nil : all), "\(event) \(sender)")
                for pointer in pointers {
                    for variant in variants(without: pointer) {
                        let one = try refusal(of: variant, event, sender)
                        #expect(one?.status == 422 && one?.codes.values.sorted() == ["missing"], "\(event) \(sender)")
                        let group = "/" + (pointer.split(separator: "/").first ?? "")
                        #expect(one?.codes.keys.first?.hasPrefix(group) == true, "\(event) \(sender) \(pointer)")
                    }
                }
            }
        }
    }

    /// The full report without what a pointer names: left out, and blank.
    private func variants(without pointer: String) -> [JSONValue] {
        let parts = pointer.split(separator: "/").map(String.init)
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
                let expected = Refusal(400, [pointer: field.type.code(ofWrong: value)])
                #expect(try Refusal { _ = try read(report) } == expected, "\(field.path): \(value.text())")
            }
        }
        for name in ReportReading.told {
            for value in [1, "text", true] as [JSONValue] where !["due", "remark"].contains(name) {
                var report = Self.full
                report[name] = value
                let one = try Refusal { _ = try read(report) }
                #expect(one?.codes == ["/\(name)": "wrongType"], "\(name): \(value.text())")
            }
            guard Self.full[name]?.object != nil else { continue }
            var report = Self.full
            report[name]?["un/known"] = 1
            let one = try Refusal { _ = try read(report) }
            #expect(one?.codes == ["/\(name)/un~1known": "unknownMember"], "\(name)")
        }
        var several = Self.full
        several["lead"] = ["state": "applied"]
        several["recipient"] = ["name": "x"]
        several["officer"] = 5
        several["decision"]?["reasonCode"] = "RF-1"
        let codes = [
            "/lead": "unknownMember", "/recipient": "unknownMember", "/officer": "wrongType",
            "/decision/reasonCode": "unknownCode",
        ]
        #expect(try Refusal { _ = try read(several) } == Refusal(400, codes))
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
            (
                #"{"event":"assign","assignment":{"lawyer":"测律师"}}"#, 422,
                ["/assignment/unit missing", "/assignment/phone missing"]
            ),
            (#"{"event":"assign","assignment":"x","foo":1}"#, 400, ["/assignment wrongType", "/foo unknownMember"]),
            (#"{"event":"assign","due":"2026-02-30"}"#, 400, ["/due unknownMember"]),
            (#"{"event":["assign"]}"#, 400, ["/event wrongType"]),
            (#"{"event":"noticeIncomplete"}"#, 422, ["/missing/title missing"]),
            (#"{"event":"noticeIncomplete","missing":[{"kind":"none"}]}"#, 400, ["/missing/0/kind unknownCode"]),
        ]
        for (body, status, errors) in bad {
            let answer = try await flow.institution("CZ-TN").call("POST", path, body: Array(body.utf8))
            let told = (answer.json["errors"]?.array ?? []).map {
                "\($0.at("location.path")?.string ?? "") \($0["code"]?.string ?? "")"
            }
            #expect(answer.status == status && told == errors, "\(body): \(answer.json.text())")
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

extension FieldType {
    /// What a value that is none of this type is told as.
    fileprivate func code(ofWrong value: JSONValue) -> String {
        guard value.string != nil else { return "wrongType" }
        return switch self {
        case .text: "tooLong"
        case .code, .word: "unknownCode"
        case .date, .dateTime: "notADate"
        case .money: "notANumber"
        case .integer, .boolean: "wrongType"
        }
    }
}
