import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import gateway

private let mappings = repository.appending(path: "Mappings")

@Suite struct GoldenStatuses {
    @Test func `every status becomes, for every partner, what lies beside its mapping or is withheld`() throws {
        let configuration = try shippedConfiguration()
        let translator = try shippedPipeline.get().translator
        let examples = try StatusExample.all(of: configuration)
        #expect(examples.count >= StatusCode.allCases.count)
        for example in examples {
            if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" { try example.update(by: translator) }
            #expect(example.difference(by: translator) == nil, "\(example.name)")
        }
    }

    @Test func `the status samples hold every status, and only fields of the canonical status`() throws {
        let samples = try JSONValue(
            parsing: [UInt8](Data(contentsOf: mappings.appending(path: "canonical/status-samples.json"))))
        let statuses = try #require(samples["statuses"]?.object)
        #expect(Set(statuses.names) == Set(StatusCode.allCases.map(\.rawValue)))
        for sample in [samples["common"] ?? .null] + statuses.members.map(\.value) {
            for path in Self.leaves(of: sample, at: "") {
                #expect(CanonicalModel.status.field(at: path) != nil, "\(path)")
            }
        }
    }

    /// The field's own answers: everything in them must come out, in whatever else a mapping tells.
    @Test(arguments: [
        (
            "court/status", "outbound-court-assigned.utf8.xml",
            """
            {"code": "12", "at": "2023-11-09T15:40:00+08:00", "applicationNo": "LA-01HX0000000000000000000002",
             "messageId": "FY-320402-20231108-000123", "senderCode": "320402", "senderName": "常州市天宁区人民法院",
             "institution": {"name": "常州市天宁区法律援助中心", "division": "320402"}, "stage": "firstInstance",
             "caseNumber": "（2023）苏0402刑初321号", "recipientName": "测试甲",
             "assignment": {"letterNo": "天援刑函字〔2023〕第88号", "lawyer": "测律师", "unit": "江苏测试律师事务所",
                            "licenceNo": "13204000000000000", "phone": "0519-80000010"}}
            """
        ),
        (
            "procuratorate/status", "outbound-procuratorate-assigned.utf8.json",
            """
            {"code": "12", "at": "2024-05-10T10:20:00+08:00", "applicationNo": "LA-01HX0000000000000000000004", "name": "已指派",
             "messageId": "JCY-320413-20240506-0003", "institution": {"name": "常州市金坛区法律援助中心"},
             "assignment": {"lawyer": "测律师", "unit": "江苏测试律师事务所", "phone": "0519-80000012"}}
            """
        ),
        (
            "relief-platform/status", "outbound-relief-provisional.utf8.json",
            """
            {"code": "04", "name": "容缺受理", "at": "2025-03-04T10:12:30+08:00", "eventId": "LA-OUT-20250304-000012",
             "applicationNo": "LA-01HX0000000000000000000003", "messageId": "CZDJZ-20250303-000451",
             "senderCaseRef": "JZ202503030451", "due": "2025-03-19",
             "institution": {"name": "常州市武进区法律援助中心", "phone": "0519-80000011"},
             "missing": [{"title": "身份证明"}, {"title": "劳动关系证据"}]}
            """
        ),
    ])
    func `an answer that the field expects is told whole`(mapping: String, file: String, status: String) throws {
        let translator = try shippedPipeline.get().translator
        let content = try #require(try JSONValue(parsing: Array(status.utf8)).object)
        let message = try translator.render(try #require(StatusEvent(content: content)), outbound: mapping)
        let expected = try Data(contentsOf: repository.appending(path: "Tests/GatewayTests/Expected/\(file)"))
        let told = Self.texts(below: try Document.parse(message.bytes, format: nil).root, at: "")
        for text in Self.texts(below: try Document.parse([UInt8](expected), format: nil).root, at: "") {
            #expect(told.contains(text), "\(text)")
        }
    }

    private static func texts(below node: Node, at path: String) -> [String] {
        let children = node.children
        let place = "\(path)/\(node.name)"
        return children.isEmpty ? ["\(place)=\(node.text)"] : children.flatMap { texts(below: $0, at: place) }
    }

    private static func leaves(of value: JSONValue, at path: String) -> [String] {
        if let object = value.object {
            return object.members.flatMap { leaves(of: $0.value, at: path.isEmpty ? $0.name : "\(path)/\($0.name)") }
        }
        if let items = value.array { return items.flatMap { leaves(of: $0, at: path) } }
        return [path]
    }
}
