import Console
import Foundation
import Intake
import StrictJSON
import Testing

@testable import gateway

@Suite struct Explanations {
    private func explained(_ document: String) throws -> JSONValue {
        let bytes = try #require(FileManager.default.contents(atPath: repository.appending(path: document).path))
        return try Gateway.pipeline(try shippedConfiguration()).walk(
            Pipeline.Message(bytes: [UInt8](bytes), receivedAt: MappingExample.receivedAt, explain: true)
        ).json
    }

    @Test func `every field names its source, conversions and rule, and no personal value`() throws {
        let result = try explained("Mappings/court/defence-notice/examples/all-fields.gb18030.xml")
        let fields = result["results"]?[0]?["explanation"]?.array ?? []
        let number = try #require(fields.first { $0["path"] == "recipient.idNumber" })
        #expect(number["location"]?["path"] == "/ROOT/RECORD/DSRXX/RECORD/SFZHM")
        #expect(number["conversions"] == ["residentId"])
        #expect(number["result"] == "320***********996X")
        let check = try #require(fields.first { $0["path"] == "recipient.idCheck" })
        #expect(check["conversions"] == ["derived from recipient.idNumber"] && check["result"] == "valid")
        #expect(check["location"] == number["location"])
        let level = try #require(fields.first { $0["path"] == "proceeding.handlingOrgan.level" })
        #expect(level["conversions"] == ["derived from proceeding.handlingOrgan.code"] && level["result"] == "basic")
        let application = try #require(result["results"]?[0]?["application"])
        let text = JSONValue.array(fields).text()
        for path in ["name", "idNumber", "birthDate", "statutoryRepresentative.name"] {
            let value = try #require(application.at("recipient." + path)?.string)
            let isMasked = !text.contains(value)
            #expect(isMasked, "\(path) is not masked")
        }
        let isSentenceMasked = !text.contains("被告人系未成年人")
        #expect(isSentenceMasked)
    }

    @Test func `coverage names what was not read and what was not filled`() throws {
        let result = try explained("Mappings/civil-affairs/referral/examples/sample-civil-01.json")
        let coverage = try #require(result["coverage"])
        let unread = coverage["unread"]?.array ?? []
        #expect(try #require(coverage["leaves"]?.int) == (coverage["read"]?.int ?? 0) + unread.count)
        let unfilled = (result["results"]?[0]?["unfilled"]?.array ?? []).compactMap(\.string)
        #expect(unfilled.contains("recipient.residenceAddress"))
        #expect(!unfilled.contains("recipient.name"))
    }

    @Test func `the page holds every field, escaped`() throws {
        let hostile: JSONValue = [
            "outcome": "accepted",
            "results": [
                ["outcome": "accepted", "explanation": [["path": "remarks", "result": "<script>alert(1)</script>"]]]
            ],
        ]
        let page = ExplanationPage.html(of: hostile, document: "<b>.xml")
        #expect(!page.contains("<script>") && page.contains("&lt;script&gt;") && page.contains("&lt;b&gt;.xml"))
        let real = try explained("Mappings/court/defence-notice/examples/all-fields.gb18030.xml")
        let whole = ExplanationPage.html(of: real, document: "a.xml")
        for field in real["results"]?[0]?["explanation"]?.array ?? [] {
            #expect(whole.contains(field["path"]?.string ?? "-"))
        }
        #expect(!whole.contains("http://") && !whole.contains("https://") && !whole.contains("src="))
    }
}
