import Foundation
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Operations
@testable import Triage
@testable import gateway

/// What institutions' calls take and answer, over HTTP against the real program.
@Suite struct InstitutionCalls {
    private static let referral: [(String, JSONValue)] = [
        ("recipient", ["name": "测试丙"]), ("consent", ["applyWill": "self"]),
        ("matter", ["causeOfAction": "追索劳动报酬纠纷"]),
        ("proceeding", ["handlingOrgan": ["type": "procuratorate", "code": "320402"]]),
    ]
    private static let lead: [(String, JSONValue)] = [
        ("recipient", ["name": "测试庚"]),
        ("proceeding", ["handlingOrgan": ["code": "320402", "type": "procuratorate"]]),
    ]

    /// Whoever goes by the differences must know which version its own step has made.
    @Test func `every step tells the version that it has made`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.send("referralSuggestion", "V-1", from: "procuratorate", Self.referral)
        let number = receipt["applicationNo"]?.string ?? ""
        func version(_ code: String = "CZ-TN") async throws -> JSONValue? {
            try await flow.application(number, as: code).at("progress.version")
        }
        let tn = flow.institution("CZ-TN")
        let lease = try #require(try await flow.leases("CZ-TN").first)
        let path = "/v1/leases/\(lease["leaseId"]?.string ?? "")/acknowledge"
        #expect(try await tn.ask("POST", path)["version"] == (try await version()))
        #expect(try await flow.step("accept", of: number, by: "CZ-TN")["version"] == (try await version()))
        let suggestion = try await tn.ask(
            "POST", "/v1/applications/\(number)/suggestions",
            body: Array(#"{"kind":"suggestSupport","partner":"procuratorate","reason":"无力举证","consent":true}"#.utf8))
        #expect(suggestion["version"] == (try await version()))
        let proposed = try await tn.ask(
            "POST", "/v1/applications/\(number)/transfer", body: Array(#"{"to":"CZ-ZL","reason":"事由发生地"}"#.utf8))
        #expect(proposed["version"] == (try await version()))
        let back = try await flow.institution("CZ-ZL").ask(
            "POST", "/v1/applications/\(number)/transfer/return", body: Array(#"{"reason":"不属本机构"}"#.utf8))
        #expect(back["version"] == (try await version()))
        // A notice is only read: what is known by it is its own version.
        let again = try await flow.leases("CZ-TN")
        let notice = try #require(again.first { $0["reason"] == "returned" })
        let read = try await tn.ask("POST", "/v1/leases/\(notice["leaseId"]?.string ?? "")/acknowledge")
        #expect(read["version"] == (try await version()))

        let lead = try await flow.send("lead", "V-2", from: "civil", Self.lead)
        let answered = try await tn.ask(
            "POST", "/v1/leads/\(lead["applicationNo"]?.string ?? "")/answers",
            body: Array(#"{"event":"contacted"}"#.utf8))
        let listed = try await flow.application(lead["applicationNo"]?.string ?? "", as: "CZ-TN")
        #expect(answered["version"] == listed.at("progress.version"))
        await flow.end()
    }

    @Test func `a body that says that it is no JSON is refused with what is taken, wherever JSON is asked for`()
        async throws
    {
        let flow = try FlowGateway()
        let receipt = try await flow.send("referralSuggestion", "M-1", from: "procuratorate", Self.referral)
        let number = receipt["applicationNo"]?.string ?? ""
        _ = try await flow.signIn("CZ-TN")
        let calls: [(path: String, body: String)] = [
            ("/v1/applications/\(number)/status", #"{"event":"accept"}"#),
            ("/v1/applications/\(number)/transfer", #"{"to":"CZ-ZL","reason":"事由发生地"}"#),
            ("/v1/applications/\(number)/transfer/return", #"{"reason":"不属本机构"}"#),
            ("/v1/applications/\(number)/transfer/receipt", #"{"no":"1"}"#),
            ("/v1/applications/\(number)/suggestions", #"{"kind":"suggestSupport"}"#),
            ("/v1/leads/\(number)/answers", #"{"event":"contacted"}"#), ("/v1/queues/CZ-TN/leases", #"{"max":1}"#),
        ]
        let before = try await flow.application(number, as: "CZ-TN")
        for (path, body) in calls {
            for type in [
                "text/plain", "text/plain; charset=utf-8", "application/xml", "application/x-www-form-urlencoded",
                "application/octet-stream", "multipart/form-data; boundary=x", "application/jsonp",
            ] {
                let answer = try await flow.gateway.remote.client.send(
                    OutgoingRequest(
                        method: "POST", url: flow.gateway.remote.url + path,
                        headers: [("Authorization", "Bearer CZ-TN"), ("Content-Type", type)], body: Array(body.utf8),
                        timeout: .seconds(600)))
                #expect(answer.status == 415, "\(type) to \(path)")
                #expect(answer.header("Accept") == "application/json")
                #expect(String(decoding: answer.body, as: UTF8.self).contains("application/json"))
            }
        }
        #expect(try await flow.application(number, as: "CZ-TN") == before)
        for type in ["application/json", "application/json; charset=utf-8", "application/merge-patch+json"] {
            let answer = try await flow.gateway.remote.client.send(
                OutgoingRequest(
                    method: "POST", url: flow.gateway.remote.url + "/v1/queues/CZ-TN/leases",
                    headers: [("Authorization", "Bearer CZ-TN"), ("Content-Type", type)],
                    body: Array(#"{"max":1}"#.utf8), timeout: .seconds(600)))
            #expect(answer.status == 200, "\(type)")
        }
        await flow.end()
    }

    @Test func `a value of another kind is told as what it is`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.send("referralSuggestion", "K-1", from: "procuratorate", Self.referral)
        let number = receipt["applicationNo"]?.string ?? ""
        _ = try await flow.signIn("CZ-TN")
        for (body, pointer, zh, en) in [
            (#"{"event":"accept","occurredAt":5}"#, "/occurredAt", "数字", "a number"),
            (#"{"event":"accept","occurredAt":[1]}"#, "/occurredAt", "数组", "an array"),
            (#"{"event":"accept","officer":true}"#, "/officer", "是否值", "true or false"),
            (#"{"event":"grant","decision":"yes"}"#, "/decision", "文字", "a text"),
            (#"{"event":"requestSupplement","missing":{"kind":"idProof"}}"#, "/missing", "对象", "an object"),
            (
                #"{"event":"requestSupplement","missing":[{"kind":"idProof","required":"ja"}]}"#, "/missing/0/required",
                "文字", "a text"
            ),
            (#"{"event":"accept","remark":null}"#, "/remark", "null", "null"),
        ] {
            let answer = try await flow.institution("CZ-TN").call(
                "POST", "/v1/applications/\(number)/status", body: Array(body.utf8))
            #expect(answer.status == 400)
            let error = answer.json["errors"]?.array?.first { $0.at("location.path")?.string == pointer }
            let message = error?["message"]?.string ?? ""
            #expect(
                error?["code"] == "wrongType" && message.contains(zh) && message.contains(en), "\(body): \(message)")
        }
        // What an institution hands in itself is read as strictly.
        let own = try await flow.institution("CZ-TN").call(
            "POST", "/v1/applications",
            body: Array(#"{"source":{"messageId":"K-2"},"recipient":{"name":5},"consent":"self"}"#.utf8))
        let told = ((own.json["errors"] ?? own.json["findings"])?.array ?? []).filter { $0["code"] == "wrongType" }
            .compactMap { $0["message"]?.string }
        #expect(told.contains { $0.contains("not a number") } && told.contains { $0.contains("not a text") }, "\(told)")
        await flow.end()
    }

    @Test func `what became of a lead is told with a day or a time, as every event is`() async throws {
        let flow = try FlowGateway()
        func answer(_ id: String, _ event: String, at: JSONValue) async throws -> (status: Int, json: JSONValue) {
            let lead = try await flow.send("lead", id, from: "civil", Self.lead)
            let body: JSONValue = [
                "event": .string(event), "at": at, "consent": ["by": "self", "form": "oral"],
            ]
            return try await flow.institution("CZ-TN").call(
                "POST", "/v1/leads/\(lead["applicationNo"]?.string ?? "")/answers", body: body.serialized())
        }
        let today = Instant(Date()).timestamp.date
        let consented = try await answer("D-1", "consented", at: .string(today.iso))
        #expect(consented.status == 200 && consented.json["state"] == "pendingIntake", "\(consented.json.text())")
        let wrong: [JSONValue] = [
            .string(today.adding(days: 1).iso), .string(today.adding(days: -1).iso), "2026-02-30", "gestern",
            "2026-03-02T09:30:00", 5,
        ]
        for (index, wrong) in wrong.enumerated() {
            let refused = try await answer("D-2-\(index)", "consented", at: wrong)
            #expect(refused.status == 400, "\(wrong.text())")
            #expect(refused.json["errors"]?[0]?.at("location.path") == "/at", "\(refused.json.text())")
        }
        let told = try await answer("D-3", "consented", at: "2026-03-02T09:30:00")
        #expect(told.json["detail"]?.string?.contains("yyyy-MM-dd") == true)
        await flow.end()
    }

    @Test func `a reload tells which plan changed and every limit that moved by it`() async throws {
        let calendar = "calendar-of-its-own"
        let flow = try FlowGateway { folder in
            let file = folder.appending(path: "gateway.xml")
            let settings = try String(contentsOf: file, encoding: .utf8)
            try settings.replacing(#/<calendar path="[^"]*"/#, with: "<calendar path=\"\(calendar)\"")
                .write(to: file, atomically: true, encoding: .utf8)
            try FileManager.default.createDirectory(
                at: folder.appending(path: calendar), withIntermediateDirectories: true)
            // No plan of the years that limits of today reach into.
            try FileManager.default.copyItem(
                at: repository.appending(path: "config/calendar/2023.xml"),
                to: folder.appending(path: "\(calendar)/2023.xml"))
            let credentials = folder.appending(path: "credentials.xml")
            let callers = try String(contentsOf: credentials, encoding: .utf8)
            let admin = #"<operator name="admin" role="administrator" tokenSha256="\#(Token.hash("admin"))"/>"#
            try callers.replacing("</credentials>", with: admin + "</credentials>")
                .write(to: credentials, atomically: true, encoding: .utf8)
        }
        let admin = Remote(url: flow.gateway.remote.url, token: "admin")
        let receipt = try await flow.send("referralSuggestion", "R-1", from: "procuratorate", Self.referral)
        let decision = try #require(receipt["clocks"]?.array?.first { $0["id"] == "CLK-05" })
        #expect(decision["provisional"] == true)
        let due = try #require(decision["dueAt"]?.string.flatMap { Timestamp(rfc3339: $0) }?.date)
        #expect(try await admin.ask("POST", "/v1/reload") == ["changes": [], "moved": []])

        // The very day on which the decision is due is off.
        let off = Set(StatutoryHolidays.days(of: due.year)).union([due]).map(\.iso).sorted().joined(separator: " ")
        try
            #"<calendar xmlns="urn:legal-aid-gateway:calendar:1" year="\#(due.year)"><off>\#(off)</off><makeupWorkdays/></calendar>"#
            .write(
                to: flow.gateway.folder.appending(path: "\(calendar)/\(due.year).xml"), atomically: true,
                encoding: .utf8)
        let reloaded = try await admin.ask("POST", "/v1/reload")
        // In the language of whoever runs the tests.
        let told: [JSONValue] = [
            [.string("\(due.year) 年放假安排已变更")], [.string("the plan of days off of \(due.year) changed")],
        ]
        #expect(told.contains(reloaded["changes"] ?? .null), "\(reloaded.text())")
        let moved = try #require(reloaded["moved"]?.array?.first { $0["clock"] == "CLK-05" }, "\(reloaded.text())")
        #expect(moved["applicationNo"] == receipt["applicationNo"] && moved["wasProvisional"] == true)
        #expect(
            (moved["from"]?.string ?? "").hasPrefix(due.iso)
                && (moved["to"]?.string ?? "") > (moved["from"]?.string ?? ""))
        #expect(reloaded["more"] == nil)
        await flow.end()
    }

    @Test func `the bulletin counts what rules suggest apart, and calls everything by a name`() async throws {
        let flow = try FlowGateway()
        // Suggested by a word; stated by a code; suggested by age.
        _ = try await flow.send("referralSuggestion", "B-1", from: "procuratorate", Self.referral)
        let stated = try await flow.institution("CZ-TN").ask(
            "POST", "/v1/applications",
            body: Array(
                """
                {"source":{"messageId":"B-2"},"recipient":{"name":"测试庚"},"consent":{"applyWill":"self"},
                 "matter":{"caseDomain":"civil","factsPlace":"天宁区测试路","causeOfAction":"追索劳动报酬纠纷","scopeItems":["LAL31-5"]}}
                """.utf8))
        #expect(stated["outcome"] == "accepted")
        _ = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice("B-3"), mediaType: "application/xml")
        let month = Instant(Date()).rfc3339.prefix(7)
        let report = try await flow.gateway.desk.ask("GET", "/v1/reports/monthly?month=\(month)")
        func count(_ dimension: String, _ key: String) -> Int? {
            report[dimension]?.array?.first { $0["key"]?.string == key }?["count"]?.int
        }
        #expect(count("item", "LAL31-5") == 1 && count("item", "") == 2)
        #expect(count("suggestedItem", "LAL31-5") == 1)
        for dimension in MonthlyReport.Dimension.allCases.map(\.rawValue) {
            for line in report[dimension]?.array ?? [] {
                #expect(line["label"] != line["key"], "\(dimension): \(line.text())")
            }
        }
        #expect(report["partner"]?.array?.contains { $0["label"] == "常州市天宁区法律援助中心" } == true)
        let csv = try await flow.gateway.desk.download("/v1/reports/monthly?month=\(month)&format=csv")
        for row in String(decoding: csv, as: UTF8.self).split(separator: "\r\n").dropFirst() {
            let cells = row.split(separator: ",").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\"")) }
            #expect(cells.count < 4 || cells[2].isEmpty || cells[2] != cells[3], "\(row)")
        }
        await flow.end()
    }

    @Test func `every item that a rule suggests has a name in the code list`() throws {
        let rules = try String(
            contentsOf: repository.appending(path: "config/rules/prechecks.xml"), encoding: .utf8)
        let suggested = Set(rules.matches(of: #/ scope="([^"]+)"/#).map { String($0.1) })
        let lists = try Gateway.pipeline(shippedConfiguration()).current.translator.codeLists
        #expect(suggested.count > 30)
        for item in suggested { #expect(lists["scopeItem"]?.name(of: item) != nil, "\(item)") }
    }
}
