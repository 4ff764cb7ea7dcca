import Messaging
import Testing
import Transport
import Vocabulary

@testable import Delivery

/// Sun, 06 Nov 1994 08:00:00 GMT
private let now = Instant(milliseconds: 784_108_800_000)

@Test(arguments: [
    ("120", 120), ("Sun, 06 Nov 1994 08:49:37 GMT", 2977), ("Sun Nov  6 08:49:37 1994", 2977), ("0", 0),
])
func `a receiver says in seconds or by a date how long to wait`(field: String, seconds: Int) {
    #expect(RetryAfter.duration(field, now: now) == .seconds(seconds))
}

@Test func `two digits of a year are of this century`() {
    let later = Instant(milliseconds: 1_700_000_000_000)
    #expect(RetryAfter.duration("Tuesday, 14-Nov-23 22:14:20 GMT", now: later) == .seconds(60))
}

@Test(arguments: ["", "soon", "-5", "1.5", "Sun, 06 Nov 1994 07:59:59 GMT", "Sun, 99 Nov 1995 08:49:37 GMT", "GMT"])
func `what is no time to wait is none`(field: String) {
    #expect(RetryAfter.duration(field, now: now) == nil)
}

private func verdict(_ status: Int, _ body: String = "", confirmation: AgreedAnswer? = nil) -> Verdict {
    Verdict(
        HTTPResponse(status: status, body: Array(body.utf8)), confirmation: confirmation, now: now)
}

@Test func `an answer confirms only where it says what was agreed, in XML and in JSON`() {
    let xml = AgreedAnswer(path: "/MESSAGE/JGZT", equals: "0")
    #expect(
        verdict(200, "<MESSAGE><JGZT>0</JGZT></MESSAGE>", confirmation: xml) == .confirmed(answer: "HTTP 200, code 0"))
    for body in ["", "<html/>", "not a document", "<MESSAGE><JGZT>1</JGZT></MESSAGE>", "<MESSAGE><JGZT>0</JGZT>"] {
        guard case .failed(_, _, _, isAddressAtFault: false) = verdict(200, body, confirmation: xml) else {
            Issue.record("confirmed by \(body)")
            continue
        }
    }
    let json = AgreedAnswer(path: "/root/body/code", equals: "200")
    #expect(verdict(201, #"{"body":{"code":200}}"#, confirmation: json) == .confirmed(answer: "HTTP 201, code 200"))
}

@Test(arguments: [
    (#"{"code":"OK"}"#, "HTTP 200, code OK"), (#"{"code":"测试甲"}"#, "HTTP 200, code (masked)"),
    (#"{"code":"13800000000"}"#, "HTTP 200, code (masked)"), ("<M><JGZT>01</JGZT></M>", "HTTP 200, code 01"),
    (#"{"name":"测试甲"}"#, "HTTP 200"), ("", "HTTP 200"),
])
func `of an answer the code is kept and nothing about a person`(body: String, kept: String) {
    #expect(verdict(200, body) == .confirmed(answer: kept))
}

@Test(arguments: [408, 425, 429, 500, 502, 503, 504, 599])
func `what may pass is tried again`(status: Int) {
    guard case .failed = verdict(status) else {
        Issue.record("\(status) was not taken for something that passes")
        return
    }
}
