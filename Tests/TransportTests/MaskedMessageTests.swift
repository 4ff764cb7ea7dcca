import StrictJSON
import Testing

@testable import Transport

@Suite struct MaskedMessageTests {
    @Test(arguments: [
        ("320402199001010471", "320***********0471"), ("32040219900101047X", "320***********047X"),
        ("32040219900101047x", "320***********047x"), ("320402900101047", "3************47"),
        ("13951230987", "139****0987"), ("<R320402199001010471/>", "<R320***********0471/>"),
        ("{\"320402199001010471\":1}", "{\"320***********0471\":1}"), ("id=13951230987&b", "id=139****0987&b"),
        ("12951230987", "12951230987"), ("0519-80000020", "0519-80000020"), ("1700000000000", "1700000000000"),
        ("01JDTESTULID0123456789ABCD", "01JDTESTULID0123456789ABCD"), ("3204021990010104711", "3204021990010104711"),
        (String(repeating: "1395123098", count: 7), String(repeating: "1395123098", count: 7)),
        ("电话13951230987，", "电话139****0987，"),
    ])
    func `numbers of persons are known by their shape`(text: String, masked: String) {
        let answer = HTTPResponse(status: 200, body: Array(text.utf8)).withoutNumbers
        #expect(String(decoding: answer.body, as: UTF8.self) == masked)
    }

    @Test func `a call tells nothing of itself when it is printed`() {
        let request = HTTPRequest(
            method: "POST", path: "/", query: [("q", "13951230987")],
            headers: [("Authorization", "Bearer secret-token")],
            body: Array("令狐甄隐".utf8))
        let json: JSONValue = ["name": "令狐甄隐", "more": ["13951230987"]]
        for text in ["\(request)", String(reflecting: request), "\(json)", "\([json])", String(reflecting: json)] {
            #expect(!text.contains("secret") && !text.contains("令狐") && !text.contains("1395"), "\(text)")
        }
        #expect("\(json)" == "JSON object of 2" && "\(JSONValue.number("1"))" == "JSON number")
    }
}
