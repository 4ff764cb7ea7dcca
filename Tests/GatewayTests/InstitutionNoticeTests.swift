import Foundation
import Messaging
import StrictJSON
import Testing
import Translation
import Transport
import Triage
import Vocabulary

@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

/// Every message that an institution can be given, against the published schema: no reason and no member is missing there,
/// and none stands there that never comes.
@Suite struct InstitutionNotices {
    private static let person: JSONValue = ["name": "测试丙", "idNumber": "320404195108229929"]
    private static let caseNumber: JSONValue = "（2027）苏0402民初9号"

    @Test func `every notice is as the published schema has it, and every member of that comes`() async throws {
        let flow = try await DatedFlow(at: "2027-02-02T09:00")
        var gathered: [JSONValue] = []
        func take(_ code: String) async throws {
            gathered += try await flow.signIn(code)
            gathered += try await flow.signIn(code, queue: code + ".leads")
        }
        try await applications(flow, take)
        try await notices(flow, take)
        try await leads(flow, take)
        try await limits(flow, take)

        let schema = try Self.strict(
            JSONValue(
                parsing: [UInt8](
                    try Data(
                        contentsOf: repository.appending(
                            path: "Mappings/canonical/institution-message.schema.json")))))
        let reasons = Set(gathered.compactMap { $0["reason"]?.string })
        #expect(reasons == Set(InstitutionMessageKind.allCases.map(\.rawValue)))
        let notice = "components.schemas.ApplicationNotice.properties.notice.properties"
        let published = Set(schema.at(notice)?.object?.names ?? [])
        let came = gathered.filter { $0["reason"] != "escalation" }.flatMap {
            $0.at("application.notice")?.object?.names ?? []
        }
        #expect(Set(came) == published)
        guard
            let verdicts = try JSONSchemaJudge.verdicts(
                of: schema, on: gathered.map { JSONValue.object(JSONObject([("leases", [$0])])).text() })
        else { return JSONSchemaJudge.saySkipped("notices against their schema") }
        for (lease, isValid) in zip(gathered, verdicts) { #expect(isValid, "\(lease.text(pretty: true))") }
        await flow.end()
    }

    /// The schema with notices that have no members but those that it lists; what is whole is an application by its own.
    private static func strict(_ schema: JSONValue) throws -> JSONValue {
        var schema = schema
        var schemas = try #require(schema.at("components.schemas")?.object)
        for name in ["ApplicationNotice", "EscalatedApplication", "Hint", "Missing", "PatchOperation"] {
            schemas[name] = schemas[name].map(closed)
        }
        // A notice is held against the schema of notices, and not against that of applications, which has room for more.
        schemas["Application"] = JSONValue.object(
            JSONObject([("not", ["required": ["notice"], "properties": ["notice": ["required": ["patch"]]]])])
        ).merged(over: schemas["Application"] ?? [:])
        schema["components"]?["schemas"] = .object(schemas)
        return schema
    }

    private static func closed(_ schema: JSONValue) -> JSONValue {
        if let items = schema.array { return .array(items.map(closed)) }
        guard let members = schema.object?.members else { return schema }
        var closed = JSONObject(members.map { ($0.name, Self.closed($0.value)) })
        // Where it stands beside others (allOf), each knows only its own.
        if closed["properties"]?.object != nil,
            closed["properties"]?["notice"] == nil || closed["properties"]?["schemaVersion"] != nil
        {
            closed["additionalProperties"] = false
        }
        return .object(closed)
    }

    private typealias Take = (String) async throws -> Void

    /// New, handed over, given back, escalated; the same person's other application.
    private func applications(_ flow: DatedFlow, _ take: Take) async throws {
        let first = try await referral("AP-1", flow)
        let number = first["applicationNo"]?.string ?? ""
        try await take("CZ-TN")
        for institution in ["CZ-ZL", "CZ-WJ"] {
            let wish: JSONValue = ["to": .string(institution), "reason": "事由发生地"]
            _ = try await flow.remote("CZ-TN").ask(
                "POST", "/v1/applications/\(number)/transfer", body: wish.serialized())
            let asked = try await flow.remote(institution).leases(of: institution)
            #expect(asked.map { $0["reason"] } == ["handover"])
            for lease in asked {
                _ = try await flow.remote(institution).ask(
                    "POST", "/v1/leases/\(lease["leaseId"]?.string ?? "")/release",
                    body: Array(#"{"reason":"不属本机构"}"#.utf8))
            }
            _ = try await flow.remote(institution).ask(
                "POST", "/v1/applications/\(number)/transfer/return", body: Array(#"{"reason":"不属本机构管辖"}"#.utf8))
            try await take("CZ-TN")
        }
        try await take("CZ-SZ")
        let assigned: JSONValue = ["to": "CZ-ZL", "reason": "市中心指定"]
        _ = try await flow.remote("CZ-SZ").ask(
            "POST", "/v1/applications/\(number)/transfer", body: assigned.serialized())
        try await take("CZ-ZL")
        _ = try await referral("AP-2", flow)
        try await take("CZ-TN")
        // The earlier one's institution hears of the other.
        try await take("CZ-ZL")
        // Asked from here on, the hand-over itself is whole.
        let third = try await flow.send(
            "referralSuggestion", "AP-3", from: "civil",
            [
                ("recipient", ["name": "测试丁"]), ("consent", ["applyWill": "self"]),
                ("proceeding", ["handlingOrgan": ["type": "court", "code": "苏0402"]]),
            ])
        try await take("CZ-TN")
        _ = try await flow.remote("CZ-TN").ask(
            "POST", "/v1/applications/\(third["applicationNo"]?.string ?? "")/transfer",
            body: Array(#"{"to":"CZ-ZL","reason":"事由发生地"}"#.utf8))
        try await take("CZ-ZL")
    }

    private func referral(_ id: String, _ flow: DatedFlow) async throws -> JSONValue {
        try await flow.send(
            "referralSuggestion", id, from: "civil",
            [
                ("recipient", Self.person), ("consent", ["applyWill": "self"]),
                (
                    "proceeding",
                    ["caseNumber": Self.caseNumber, "handlingOrgan": ["type": "court", "code": "苏0402"]]
                ),
            ])
    }

    /// What is told of an application that the institution knows.
    private func notices(_ flow: DatedFlow, _ take: Take) async throws {
        let about: (String, JSONValue) = ("reference", ["messageId": "AP-2"])
        _ = try await flow.send(
            "supplement", "AP-2-A", from: "civil", [about, ("materials", [["kind": "idProof", "title": "身份证"]])])
        _ = try await flow.send(
            "caseEvent", "AP-2-B", from: "civil",
            [
                about,
                (
                    "event",
                    [
                        "code": "courtFiled", "at": "2027-03-01", "no": Self.caseNumber, "organ": "常州市天宁区人民法院",
                        "result": "已立案", "reason": "当事人起诉",
                    ]
                ),
            ])
        _ = try await flow.send(
            "transfer", "AP-2-C", from: "civil",
            [
                about, ("chain", ["FLYZ-WS-320402001"]), ("checkItems", ["家庭收入"]),
                (
                    "transfer",
                    [
                        "transferNo": "ZB-1", "kind": "cooperation", "from": "FLYZ-320402", "fromName": "测试工作站",
                        "to": "FLYZ-320404", "toName": "常州市钟楼区法律援助中心", "reason": "协作核查",
                        "at": "2027-02-01", "dueAt": "2027-02-10",
                    ]
                ),
            ])
        for (id, status) in [("S-1", "inForce"), ("S-2", "ended")] {
            flow.world.pass(seconds: 60)
            _ = try await flow.send(
                "statusShare", id, from: "relief",
                [
                    ("recipient", Self.person),
                    ("reliefStatuses", [["kind": "MLG", "status": .string(status), "validFrom": "2024-01-01"]]),
                ])
        }
        _ = try await flow.send("cancel", "AP-2-D", from: "civil", [about, ("withdrawal", ["reason": "当事人撤回"])])
        try await take("CZ-TN")
        try await take("CZ-ZL")
        // A notice, again, and that taken back.
        for (id, facts) in [("N-1", "盗窃"), ("N-2", "抢夺")] {
            _ = try await flow.send(
                "notification", id, from: "court",
                [
                    ("recipient", ["name": "测试甲", "idNumber": .string(inventedNumber(1))]),
                    ("matter", ["factsSummary": .string(facts)]),
                    (
                        "proceeding",
                        ["caseNumber": "（2027）苏0402刑初1号", "handlingOrgan": ["type": "court", "code": "苏0402"]]
                    ),
                ])
            try await take("CZ-TN")
        }
        _ = try await flow.send(
            "cancel", "N-2-A", from: "court", [("reference", ["messageId": "N-2"]), ("withdrawal", ["reason": "误发"])])
        let service = SubjectService(
            clerk: flow.world.front.intake.clerk, store: flow.world.store, now: { flow.world.now })
        let notified = try #require(
            try await flow.remote("court").ask("GET", "/v1/referrals?messageId=N-1")["referralId"]?.string)
        let number =
            try await flow.remote("court").ask("GET", "/v1/referrals/\(notified)")
            .at("applications")?[0]?["applicationNo"]?.string ?? ""
        try await service.correct(
            number, JSONObject([("recipient.name", "测试改")]),
            SubjectService.Request(
                idType: nil, idNumber: Sensitive(inventedNumber(1)), caller: Caller(role: .operator, id: "wang"),
                reason: "申请书1"))
        try await take("CZ-TN")
    }

    private func leads(_ flow: DatedFlow, _ take: Take) async throws {
        _ = try await flow.send(
            "lead", "L-1", from: "civil",
            [
                ("recipient", ["name": "测试庚"]),
                ("proceeding", ["handlingOrgan": ["code": "320402", "type": "procuratorate"]]),
            ])
        _ = try await flow.send(
            "supplement", "L-1-A", from: "civil",
            [("reference", ["messageId": "L-1"]), ("materials", [["kind": "other", "title": "情况说明"]])])
        try await take("CZ-TN")
    }

    /// A plan of days off comes into force.
    private func limits(_ flow: DatedFlow, _ take: Take) async throws {
        let world = flow.world
        let calendar = world.folder.appending(path: "calendar")
        try FileManager.default.copyItem(at: repository.appending(path: "config/calendar"), to: calendar)
        try """
        <calendar xmlns="urn:legal-aid-gateway:calendar:1" year="2027">
          <off>2027-01-01 2027-02-05 2027-02-08 2027-02-09 2027-02-10 2027-02-11 2027-04-05 2027-05-03 2027-06-09 2027-09-15
          2027-10-01 2027-10-04 2027-10-05 2027-10-06 2027-10-07</off>
          <makeupWorkdays>2027-02-14</makeupWorkdays>
        </calendar>
        """.write(to: calendar.appending(path: "2027.xml"), atomically: true, encoding: .utf8)
        let config = repository.appending(path: "config").path
        let triage = try Triage(
            rules: config + "/rules", calendar: calendar.path,
            institutions: InstitutionFile(path: config + "/institutions.xml"), digest: Digests.openSSL.sm3)
        let current = world.front.intake.clerk.current
        current.replace(with: MappingsAndRules(translator: current.translator, triage: triage))
        try await world.store.beginReckoning(by: try #require(triage.digest), at: world.now)
        _ = try await world.back.reckonLimits(limit: 100)
        try await take("CZ-TN")
    }
}

extension JSONValue {
    /// These members beside those of another object.
    fileprivate func merged(over other: JSONValue) -> JSONValue {
        var merged = other.object ?? JSONObject()
        for (name, value) in object?.members ?? [] { merged[name] = value }
        return .object(merged)
    }
}
