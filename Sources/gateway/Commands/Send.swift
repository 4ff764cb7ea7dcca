import Foundation
import StrictJSON
import Transport
import Vocabulary

enum Send: Command {
    static let name = "send"
    static let synopsis = "FILE [--media-type TYPE] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "像报送单位那样发送一个文件，显示回执",
        "send a file as a partner would, and show the receipt")
    static let details: [HelpLine] =
        [
            .item("FILE", "转介文档；- 为标准输入", "the referral; - for standard input"),
            .item(
                "--media-type TYPE", "默认看第一个字符：application/xml 或 application/json",
                "default by the first character: application/xml or application/json"),
        ] + Remote.help

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.options.union(["media-type"]), flags: [])
        guard arguments.words.count == 1 else { throw UsageError("写一个文件", "name one file") }
        let body = try bytes(of: arguments.words[0])
        let remote = try Remote(arguments)
        let guess = body.first(where: { $0 > 0x20 }).map { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
        let (status, json) = try await remote.call(
            "POST", "/v1/referrals", body: body,
            mediaType: arguments["media-type"] ?? (guess == true ? "application/json" : "application/xml"))
        Terminal.print(json.text(pretty: true))
        if !(200..<300).contains(status) { Terminal.complain("HTTP \(status)") }
        return (200..<300).contains(status) ? 0 : 1
    }
}
