import Foundation
import StrictJSON
import Transport
import Vocabulary

/// Commands that talk to a running gateway share this: where it is, and as whom.
struct Remote: Sendable {
    let url: String
    let token: String
    let client: HTTPClient

    static let options: Set<String> = ["url", "token-file", "profile"]
    static let help: [HelpLine] = [
        .item(
            "--url URL", "网关地址；否则用环境变量 LEGAL_AID_GATEWAY_URL，再否则用 profile，默认 http://127.0.0.1:8480",
            "the gateway; else LEGAL_AID_GATEWAY_URL, else the profile, else http://127.0.0.1:8480"),
        .item(
            "--token-file FILE", "令牌所在文件；否则用环境变量 LEGAL_AID_GATEWAY_TOKEN，再否则用 profile",
            "a file that holds the bearer token; else LEGAL_AID_GATEWAY_TOKEN, else the profile"),
        .item(
            "--profile FILE",
            "每行“url = …”或“token-file = …”（默认 ~/.config/legal-aid-gateway/profile，也可由 LEGAL_AID_GATEWAY_PROFILE 指定）",
            "lines of `url = …` and `token-file = …` (default ~/.config/legal-aid-gateway/profile, or LEGAL_AID_GATEWAY_PROFILE)"
        ),
    ]

    init(_ arguments: Arguments) throws {
        let environment = ProcessInfo.processInfo.environment
        let profile = try Profile(arguments["profile"], environment)
        let url = arguments["url"] ?? environment["LEGAL_AID_GATEWAY_URL"] ?? profile.url ?? "http://127.0.0.1:8480"
        // Never as an argument: other users of the machine can read those.
        let token: String? =
            if let file = arguments["token-file"] {
                String(decoding: try bytes(of: file), as: UTF8.self)
            } else if let token = environment["LEGAL_AID_GATEWAY_TOKEN"] {
                token
            } else {
                try profile.tokenFile.map { String(decoding: try bytes(of: $0), as: UTF8.self) }
            }
        guard let token = token?.trimmingCharacters(in: .whitespacesAndNewlines), !token.isEmpty else {
            throw UsageError(
                "缺少令牌：用 --token-file 文件、环境变量 LEGAL_AID_GATEWAY_TOKEN，或在 profile 中写 token-file",
                "give a token: --token-file FILE, LEGAL_AID_GATEWAY_TOKEN, or token-file in the profile")
        }
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        self.init(url: base, token: token)
    }

    init(url: String, token: String) {
        self.url = url
        self.token = token
        client = HTTPClient()
    }

    func call(
        _ method: String, _ path: String, body: [UInt8] = [], mediaType: String = "application/json"
    ) async throws -> (status: Int, json: JSONValue) {
        let response = try await send(method, path, body: body, mediaType: mediaType)
        return (response.status, (try? JSONValue(parsing: response.body)) ?? .null)
    }

    private func send(
        _ method: String, _ path: String, body: [UInt8], mediaType: String
    ) async throws -> HTTPResponse {
        let request = OutgoingRequest(
            method: method, url: url + path,
            headers: [
                ("Authorization", "Bearer \(token)"), ("Content-Type", mediaType),
                ("Accept-Language", TerminalLanguage.current == .english ? "en" : "zh"),
            ], body: body,
            timeout: .seconds(Self.seconds))
        do {
            return try await client.send(request)
        } catch {
            throw CommandFailure(Self.told(error).at(url))
        }
    }

    private static let seconds = 60

    /// Why there is no answer, and what to look at.
    private static func told(_ error: HTTPClientError) -> LocalizedText {
        switch error {
        case .badAddress:
            LocalizedText("不是 http:// 或 https:// 地址。", "this is no http:// or https:// address.")
        case .notResolved:
            LocalizedText("查不到这个主机名：请核对 --url 与 DNS。", "the host's name is not known: check --url and DNS.")
        case .notConnected:
            LocalizedText(
                "连不上：网关是否在运行（systemctl status legal-aid-gateway），端口是否与 gateway.xml 的 <listen> 一致？",
                "no connection: does the gateway run (systemctl status legal-aid-gateway), on the port of <listen> in gateway.xml?"
            )
        case .timedOut: LocalizedText("\(seconds) 秒内没有应答。", "no answer within \(seconds) seconds.")
        case .tlsFailed, .certificateNotTrusted, .otherPinnedKey, .ownCertificateUnusable, .ownCertificateRefused:
            LocalizedText(
                "TLS 未能建立：请核对证书的签发者、有效期与主机名。",
                "TLS could not be set up: check the certificate's issuer, dates and host name.")
        case .answerTooLarge: LocalizedText("应答过大，未予读取。", "the answer is too large and was not read.")
        case .closed: LocalizedText("连接在应答之前被断开。", "the connection was closed before the answer.")
        case .other: LocalizedText("请求失败（\(error.code)）。", "the request failed (\(error.code)).")
        }
    }

    /// Bytes that are no JSON.
    func download(_ path: String) async throws -> [UInt8] {
        let response = try await send("GET", path, body: [], mediaType: "application/json")
        guard response.status == 200 else {
            // What is no JSON, a proxy's page for one, has no words of the gateway's.
            throw Self.refusal(response.status, (try? JSONValue(parsing: response.body)) ?? .null)
        }
        return response.body
    }

    /// The same, refused answers being failures with the problem's own words.
    func ask(
        _ method: String, _ path: String, body: [UInt8] = [], mediaType: String = "application/json"
    ) async throws -> JSONValue {
        let (status, json) = try await call(method, path, body: body, mediaType: mediaType)
        guard (200..<300).contains(status) else { throw Self.refusal(status, json) }
        return json
    }

    /// The gateway's own words: a problem carries its detail in the language that was asked for.
    private static func refusal(_ status: Int, _ problem: JSONValue) -> CommandFailure {
        let said = problem["detail"]?.string ?? problem["title"]?.string
        let first = LocalizedText(
            "HTTP \(status)：\(said ?? "没有说明")", "HTTP \(status): \(said ?? "no explanation")")
        // Each with its place: what was sent is mended there.
        let places = (problem["errors"]?.array ?? []).compactMap { error in
            error["detail"]?.string.map { "\n  \(error["pointer"]?.string ?? error["parameter"]?.string ?? "") \($0)" }
        }.joined()
        return CommandFailure(first.zh + places, first.en + places)
    }

    static func escaped(_ text: String) -> String { text.urlEscaped }
}

/// Bytes of a file, or of standard input for `-`.
func bytes(of file: String) throws(CommandFailure) -> [UInt8] {
    if file == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
    errno = 0
    guard let data = FileManager.default.contents(atPath: file) else {
        // A folder is opened, and then not read.
        throw CommandFailure(at: file, "无法读取", "cannot be read", errno: errno == 0 ? EISDIR : errno)
    }
    return [UInt8](data)
}
