import Foundation
import Testing
import Transport

@testable import gateway

/// Somebody at the console without a browser: a cookie, and the token that the pages' forms carry.
///
/// `@unchecked`: each belongs to one test.
final class ConsoleVisitor: @unchecked Sendable {
    private let gateway: GatewayProcess
    private let client = HTTPClient()
    private let language: String
    /// What every page is looked through for.
    private var isViewer = false
    private var cookie = ""
    private var token = ""

    init(_ gateway: GatewayProcess, language: String = "zh") {
        self.gateway = gateway
        self.language = language
    }

    /// A new account from the command line, signed in.
    static func add(
        _ name: String, _ role: String, to gateway: GatewayProcess, language: String = "zh"
    ) async throws -> ConsoleVisitor {
        let file = gateway.folder.appending(path: "password-\(name)")
        try "password of \(name)".write(to: file, atomically: true, encoding: .utf8)
        let added = try GatewayProcess.run([
            "users", "add", name, "--role", role, "--password-file", file.path, "--reason", "测试", "--config",
            gateway.folder.appending(path: "gateway.xml").path,
        ])
        try #require(added.code == 0, "\(added.output)")
        let visitor = ConsoleVisitor(gateway, language: language)
        visitor.isViewer = role == "viewer"
        try #require(try await visitor.signIn(name, "password of \(name)") == 303)
        return visitor
    }

    /// - Returns: the answer's status.
    func signIn(_ name: String, _ password: String) async throws -> Int {
        let answer = try await send("POST", "/console/sign-in", ["name": name, "password": password])
        let set = answer.headers.filter { $0.name.lowercased() == "set-cookie" }.map { $0.value.prefix { $0 != ";" } }
        if !set.isEmpty { cookie = set.joined(separator: "; ") }
        token = ""
        return answer.status
    }

    func get(_ path: String) async throws -> (status: Int, html: String, leadsTo: String?) {
        let answer = try await send("GET", "/console" + path)
        let html = String(decoding: answer.body, as: UTF8.self)
        if let found = html.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/) { token = String(found.1) }
        return (answer.status, html, answer.header("Location"))
    }

    /// What a link leads to that is no page.
    func bytes(_ path: String) async throws -> [UInt8] { try await send("GET", "/console" + path).body }

    /// - Parameter isOwn: with the token of the session's own pages.
    func post(
        _ path: String, _ fields: [String: String], isOwn: Bool = true
    ) async throws -> (status: Int, html: String, leadsTo: String?) {
        if isOwn, token.isEmpty { _ = try await get("/password") }
        let answer = try await send("POST", "/console" + path, isOwn ? fields.merging(["csrf": token]) { $1 } : fields)
        return (answer.status, String(decoding: answer.body, as: UTF8.self), answer.header("Location"))
    }

    /// A call of the HTTP interface with the session's cookie alone.
    func statusOfCall(_ path: String) async throws -> Int { try await send("GET", path).status }

    /// Whatever is at an address, by the session's cookie alone.
    func read(_ path: String) async throws -> (status: Int, text: String) {
        let answer = try await send("GET", path)
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    private func send(_ method: String, _ path: String, _ fields: [String: String] = [:]) async throws -> HTTPResponse {
        let body = fields.map { "\($0.key.urlEscaped)=\($0.value.urlEscaped)" }.joined(separator: "&")
        let answer = try await client.send(
            OutgoingRequest(
                method: method, url: "http://127.0.0.1:\(gateway.port)\(path)",
                headers: [
                    ("Content-Type", "application/x-www-form-urlencoded"), ("Cookie", "lang=\(language); \(cookie)"),
                ], body: Array(body.utf8), timeout: .seconds(60)))
        if isViewer, method == "GET" { scan(answer, to: path) }
        return answer
    }

    /// Whatever a test is about: who may only look reads no number and no planted word, but what was asked for.
    private func scan(_ answer: HTTPResponse, to path: String) {
        // The mappings' examples are nobody's.
        guard !path.hasPrefix("/console/mappings/fields") else { return }
        let asked = (path.removingPercentEncoding ?? path).split { !$0.isLetter && !$0.isNumber }.filter {
            $0.count > 1
        }
        let text = asked.reduce(String(decoding: answer.body, as: UTF8.self)) { $0.replacing($1, with: "") }
        for trace in PersonalTraces.found(in: text, names: false) {
            Issue.record("a viewer reads of a person at \(path): \(trace)")
        }
    }

    func leave() async { await client.close() }
}
