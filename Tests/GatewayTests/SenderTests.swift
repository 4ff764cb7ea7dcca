import Canonical
import Foundation
import Intake
import StrictJSON
import Testing

@testable import gateway

private let mappings = repository.appending(path: "Mappings").path

@Suite struct Senders {
    private func walk(_ text: String, mapping: String? = nil) throws -> JSONValue {
        try Gateway.pipeline(try shippedConfiguration()).walk(
            Pipeline.Message(bytes: Array(text.utf8), mapping: mapping, receivedAt: MappingExample.receivedAt)
        ).json
    }

    private func flags(_ text: String) throws -> [String] {
        let result = try walk(text)["results"]?[0]
        return (result?.at("application.groupFlags")?.array ?? []).compactMap { $0["code"]?.string }
    }

    @Test func `no document is claimed by two mappings`() throws {
        let pipeline = try Gateway.pipeline(try shippedConfiguration())
        let inbound = pipeline.translator.mappings.filter(\.isInbound).map(\.id)
        for example in try MappingExample.all(in: mappings) {
            let bytes = [UInt8](FileManager.default.contents(atPath: example.document.path) ?? Data())
            let own = example.name.split(separator: "/").prefix(2).joined(separator: "/")
            let claiming = inbound.filter { id in
                var message = Pipeline.Message(bytes: bytes, receivedAt: MappingExample.receivedAt)
                message.allowedMappings = [id]
                message.assesses = false
                return pipeline.walk(message).translation.mapping != nil
            }
            #expect(claiming.isEmpty || claiming == [own], "\(example.name): \(claiming)")
        }
    }

    @Test(arguments: ["困境儿童", "留守儿童", "残疾人", "重度残疾人", "失能老人", "农民工", "困难职工", "孤儿", "独居老人"])
    func `a tag that names another person marks nobody`(group: String) throws {
        #expect(try !flags(demand(personTag: group, householdTag: "一户多残")).isEmpty)
        for relation in ["监护人", "照护者", "家属", "子女", "家长", "配偶"] {
            #expect(try flags(demand(personTag: group + relation, householdTag: "一户多残")) == [], "\(relation)")
        }
    }

    @Test(arguments: ["困境儿童", "重度残疾人", "空巢老人", "孤儿", "未成年人"])
    func `a household's tag marks no person of it`(tag: String) throws {
        #expect(try flags(demand(personTag: "", householdTag: tag)) == [])
    }

    private func demand(personTag: String, householdTag: String) -> String {
        """
        {"head": {"msgId": "M1", "type": "DEMAND_DISPATCH"}, "body": {"household": {"tags": ["\(householdTag)"]},
        "person": {"name": "测试甲", "tags": ["\(personTag)"]}, "need": {"detail": "咨询"}, "willing": true}}
        """
    }

    @Test func `a bad row of a batch spoils no other, and each row has its number`() throws {
        let rows = (1...50).map { number in
            number % 7 == 0
                ? #"{"xm": "", "sfzh": "320404199007081046", "jzlb": "低保"}"#
                : #"{"xm": "测试\#(number)", "sfzh": "320404199007081046", "jzlb": "低保"}"#
        }
        let result = try walk(
            #"{"ywlsh": "B1", "fsdwdm": "320404", "ywlx": "FLYZ_ZTGX", "mdlb": [\#(rows.joined(separator: ","))]}"#)
        let results = result["results"]?.array ?? []
        #expect(results.count == 50)
        for (index, row) in results.enumerated() {
            #expect(row["outcome"]?.string == ((index + 1) % 7 == 0 ? "invalid" : "shared"))
            #expect(row.at("application.source.recordNo") == .string("\(index + 1)"))
            #expect(row.at("application.source.messageId") == "B1")
        }
    }

    /// A block that is left out must not silence what is required in it.
    @Test(arguments: [
        ("civil-affairs/referral", #"{"ywlx": "FLYZ_ZJ", "ywlsh": "M1", "fsdwdm": "320404"}"#),
        ("civil-affairs/children-lead", #"{"ywlx": "FLYZ_ETXS", "ywlsh": "M1", "fsdwdm": "320404"}"#),
        ("relief-platform/warning", #"{"head": {"type": "WARNING_PUSH", "msgId": "M1"}, "body": {}}"#),
        (
            "trade-union/worker-referral",
            #"{"type": "UNION_WORKER_REFERRAL", "messageId": "M1", "union": {"code": "320400"}}"#
        ),
        ("youth-league/minor-referral", #"{"ywlx": "TW_WCNRZJ", "ywlsh": "M1", "fsdwdm": "320411"}"#),
        ("mediation/failed", "<调解不成转介函><转介编号>M1</转介编号><调解组织代码>320413</调解组织代码></调解不成转介函>"),
        ("other-region/transfer-in", "<转办函><函号>M1</函号><转出机构代码>320200</转出机构代码><转入机构>测</转入机构></转办函>"),
        (
            "workstation/application",
            #"{"docType": "STATION_APPLICATION", "handoverNo": "M1", "station": {"code": "FLYZ-320413"}}"#
        ),
    ])
    func `a document without its person is refused`(mapping: String, document: String) throws {
        let result = try walk(document)
        #expect(result["mapping"]?["id"] == .string(mapping))
        #expect(result["outcome"] == "invalid")
        let findings = result["results"]?[0]?["findings"]?.array ?? []
        #expect(findings.contains { $0["code"] == "missing" && $0["path"] == "recipient.name" })
    }

    @Test func `a call is a consultation until the caller asks for aid`() throws {
        func kind(_ wants: String) throws -> (String?, String?) {
            let call = #"{"hotline": "12348", "callId": "M1", "centre": "320400", "caller": {"name": "测试甲"}\#(wants)}"#
            let application = try walk(call)["results"]?[0]?["application"]
            return (application?["intakeKind"]?.string, application?["aidRoute"]?.string)
        }
        #expect(try kind("") == ("consultation", "byConsultation"))
        #expect(try kind(#", "wantsAid": false"#) == ("consultation", "byConsultation"))
        #expect(try kind(#", "wantsAid": true"#) == ("application", "byApplication"))
    }
}
