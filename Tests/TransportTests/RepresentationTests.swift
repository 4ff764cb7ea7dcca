import Foundation
import Testing

@testable import Transport

@Suite struct RepresentationTests {
    private static let bytes = Array("0123456789".utf8)

    private static func answer(_ headers: [(name: String, value: String)]) -> HTTPResponse {
        Representation(bytes: bytes, mediaType: "text/plain", tag: "t").response(
            to: HTTPRequest(method: "GET", path: "/", query: [], headers: headers, body: []))
    }

    @Test func `every range gives just its bytes, and those beyond the end give none`() {
        for first in 0...12 {
            for last in [nil] + (0...12).map(Optional.some) {
                let answer = Self.answer([("Range", "bytes=\(first)-\(last.map { "\($0)" } ?? "")")])
                if let last, last < first {
                    #expect(answer.status == 200 && answer.body == Self.bytes)
                } else if first >= Self.bytes.count {
                    #expect(answer.status == 416 && answer.header("Content-Range") == "bytes */10")
                } else {
                    let end = min(last ?? 9, 9)
                    #expect(answer.status == 206 && answer.body == Array(Self.bytes[first...end]))
                    #expect(answer.header("Content-Range") == "bytes \(first)-\(end)/10")
                }
            }
        }
        for count in 1...12 {
            #expect(Self.answer([("Range", "bytes=-\(count)")]).body == Array(Self.bytes.suffix(count)))
        }
        #expect(Self.answer([("Range", "bytes=-0")]).status == 416)
    }

    /// RFC 9110 §14.2: what cannot be read is passed over.
    @Test(arguments: [
        "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "lines=1-2", "bytes=0-1,3-4", "bytes=+1-2", "bytes=1-2-3", "1-2",
        "bytes=99999999999999999999-",
    ])
    func `a range that cannot be read means the whole`(range: String) {
        let answer = Self.answer([("Range", range)])
        #expect(answer.status == 200 && answer.body == Self.bytes)
    }

    @Test func `the parts of a download fit together only while it is the same`() {
        #expect(Self.answer([("Range", "bytes=5-"), ("If-Range", "\"t\"")]).status == 206)
        for other in ["\"u\"", "W/\"t\"", "Sat, 29 Oct 1994 19:43:31 GMT"] {
            #expect(Self.answer([("Range", "bytes=5-"), ("If-Range", other)]).status == 200)
        }
        for same in ["\"t\"", "\"u\", \"t\"", "W/\"t\"", "*"] {
            #expect(Self.answer([("If-None-Match", same)]).status == 304)
        }
        #expect(Self.answer([("If-None-Match", "\"u\"")]).status == 200)
    }
}
