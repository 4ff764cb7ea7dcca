import Foundation
import StrictJSON
import Transport
import Vocabulary

/// Works offline, with the public key alone.
enum VerifyReceipt: Command {
    static let name = "verify-receipt"
    static let synopsis = "FILE --key PUBLIC [--document FILE] [--json]"
    static let summary = LocalizedText(
        "凭网关公钥离线核验签名回证，并打印送达回证",
        "hold a signed receipt against the gateway's public key, offline, and print it")
    static let details: [HelpLine] =
        [
            .item(
                "FILE", "GET /v1/referrals/{id}/receipt 的应答，或其中的 receipt；- 为标准输入",
                "the answer of GET /v1/referrals/{id}/receipt, or its `receipt` alone; - for standard input"),
            .item("--key PUBLIC", "网关的公钥，PEM", "the gateway's public key in PEM"),
            .item(
                "--document FILE", "当初所发的报文：其 SM3 须与回证所载相同", "the message as it was sent: its SM3 must be the receipt's"
            ),
            .item("-o json, --json", "回证所载内容，JSON", "what the receipt says, as JSON"),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["key", "document"], flags: ["json"])
        try arguments.allowWords(1)
        guard let file = arguments.words.first else { throw UsageError("写出回证文件", "name the receipt's file") }
        let key = String(decoding: try bytes(of: try arguments.required("key")), as: UTF8.self)
        let statement = try statement(in: try bytes(of: file), key)
        if let document = arguments["document"] {
            let digest = Digest.hex(Digest.sm3(try bytes(of: document)))
            guard statement["digest"]?["sm3"]?.string == digest else {
                throw CommandFailure(at: document, "与回证所载摘要不符。", "its SM3 is not the receipt's.")
            }
        }
        Terminal.print(arguments.has("json") ? statement.text() : printed(statement, arguments["document"] != nil))
        return 0
    }

    private static func statement(in content: [UInt8], _ key: String) throws(CommandFailure) -> JSONValue {
        let text = String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        // The receipt alone is no JSON.
        let line = (try? JSONValue(parsing: content))?["receipt"]?.string ?? text
        do throws(SignedStatement.Fault) {
            let payload = try SignedStatement.payload(of: line, publicKey: key)
            do { return try JSONValue(parsing: payload) } catch { throw SignedStatement.Fault.malformed }
        } catch {
            throw CommandFailure(told(error))
        }
    }

    private static func told(_ fault: SignedStatement.Fault) -> LocalizedText {
        switch fault {
        case .malformed: LocalizedText("不是签名回证。", "this is no signed receipt.")
        case .unreadableKey:
            LocalizedText(
                "--key 不是此回证所用算法的公钥（PEM）。", "--key is no public key (PEM) of the receipt's algorithm.")
        case .wrong:
            LocalizedText(
                "签名不符：回证被改动，或并非此密钥所签。",
                "the signature is wrong: the receipt was changed, or is not this key's.")
        }
    }

    private static func printed(_ statement: JSONValue, _ isHeld: Bool) -> String {
        let digest = statement["digest"]?["sm3"]?.string ?? "—"
        let numbers = statement["applications"]?.array?.compactMap(\.string).joined(separator: "、") ?? ""
        let rows: [(String, String?)] = [
            ("报送单位 sender", statement["partner"]?.string), ("报文编号 message id", statement["messageId"]?.string),
            ("转介编号 referral", statement["referralId"]?.string), ("申请编号 applications", numbers),
            ("接收时间 received at", statement["receivedAt"]?.string), ("结果 outcome", statement["outcome"]?.string),
            ("报文摘要 SM3", digest + (isHeld ? "（与所给报文一致 that of the document）" : "")),
        ]
        let lines = rows.map { "  \($0.0)：\($0.1.flatMap { $0.isEmpty ? nil : $0 } ?? "—")" }
        return "送达回证 Receipt（签名有效 the signature is right）\n" + lines.joined(separator: "\n")
    }
}
