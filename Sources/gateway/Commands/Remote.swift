import Foundation
import StrictJSON
import Transport

/// Commands that talk to a running gateway share this: where it is, and as whom.
struct Remote: Sendable {
    let url: String
    let token: String
    let client: HTTPClient

    static let options: Set<String> = ["url", "token-file"]
    static let help = """
        --url URL          the gateway (default http://127.0.0.1:8480)
        --token-file FILE  bearer token; else the environment's LEGAL_AID_GATEWAY_TOKEN
        """

    init(_ arguments: Arguments) throws {
        let url = arguments["url"] ?? "http://127.0.0.1:8480"
        // Never as an argument: other users of the machine can read those.
        let token: String?
        if let file = arguments["token-file"] {
            token = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }
        } else {
            token = ProcessInfo.processInfo.environment["LEGAL_AID_GATEWAY_TOKEN"]
        }
        guard let token = token?.trimmingCharacters(in: .whitespacesAndNewlines), !token.isEmpty else {
            throw UsageError("give a token: --token-file FILE or LEGAL_AID_GATEWAY_TOKEN")
        }
        self.init(url: url, token: token)
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
        try await client.send(
            OutgoingRequest(
                method: method, url: url + path,
                headers: [("Authorization", "Bearer \(token)"), ("Content-Type", mediaType)], body: body,
                timeout: .seconds(60)))
    }

    /// Bytes that are no JSON.
    func download(_ path: String) async throws -> [UInt8] {
        let response = try await send("GET", path, body: [], mediaType: "application/json")
        guard response.status == 200 else { throw CommandFailure("HTTP \(response.status)") }
        return response.body
    }

    /// The same, refused answers being failures with the problem's own words.
    func ask(
        _ method: String, _ path: String, body: [UInt8] = [], mediaType: String = "application/json"
    ) async throws -> JSONValue {
        let (status, json) = try await call(method, path, body: body, mediaType: mediaType)
        guard (200..<300).contains(status) else {
            throw CommandFailure(
                "HTTP \(status): \(json["detail"]?.string ?? json["title"]?.string ?? "no explanation")")
        }
        return json
    }

    static func escaped(_ text: String) -> String { text.urlEscaped }
}

/// Bytes of a file, or of standard input for `-`.
func bytes(of file: String) throws(CommandFailure) -> [UInt8] {
    if file == "-" { return [UInt8](FileHandle.standardInput.readDataToEndOfFile()) }
    guard let data = FileManager.default.contents(atPath: file) else { throw CommandFailure("\(file) cannot be read") }
    return [UInt8](data)
}
