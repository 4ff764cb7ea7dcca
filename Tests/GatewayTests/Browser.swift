import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// A real browser without a window, steered through WebDriver (W3C Recommendation of 2018).
///
/// `@unchecked`: each belongs to one test.
final class Browser: @unchecked Sendable {
    static let driver = "/usr/bin/chromedriver"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: driver) }

    private var process = Process()
    private let client = HTTPClient()
    private var port = 0
    private var session = ""
    private let profile: URL

    /// - Parameters:
    ///   - language: what the browser asks for.
    ///   - scripts: whether JavaScript runs.
    init(width: Int = 1200, height: Int = 900, language: String = "zh-CN", scripts: Bool = true) async throws {
        profile = FileManager.default.temporaryDirectory.appending(path: "browser-\(UUID().uuidString)")
        // The driver takes a free port of IPv4 and ends when another process has it in IPv6: then it is asked again.
        for _ in 0..<5 where port == 0 { try startDriver() }
        try #require(port > 0, "chromedriver did not start")
        var arguments: [JSONValue] = [
            "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            .string("--window-size=\(width),\(height)"), .string("--user-data-dir=\(profile.path)"),
            .string("--accept-lang=\(language)"),
        ]
        // Chromium's own sandbox does not start for root.
        if geteuid() == 0 { arguments.append("--no-sandbox") }
        let preferences: JSONValue = [
            "profile.managed_default_content_settings.javascript": JSONValue(scripts ? 1 : 2),
            "intl.accept_languages": .string(language),
        ]
        let answer = try await call(
            "POST", "/session",
            [
                "capabilities": [
                    "alwaysMatch": [
                        "goog:chromeOptions": ["args": .array(arguments), "prefs": preferences],
                        // Looking for an element waits until its page has come.
                        "timeouts": ["implicit": 180_000],
                    ]
                ]
            ])
        session = try #require(answer["sessionId"]?.string)
        if width < 500 { try await show(width: width, height: height) }
    }

    private func startDriver() throws {
        process = Process()
        process.executableURL = URL(filePath: Self.driver)
        process.arguments = ["--port=0"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        var text = ""
        while port == 0, let byte = try pipe.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            text += String(decoding: byte, as: UTF8.self)
            guard text.hasSuffix("\n"), let found = text.firstMatch(of: /started successfully on port (\d+)/) else {
                continue
            }
            port = Int(found.1) ?? 0
        }
        pipe.drain { _ in }
    }

    func close() async {
        _ = try? await call("DELETE", "/session/\(session)", nil)
        // Its browser has gone. It would not hear a SIGTERM, which the gateway in this process ignores, and so do its children;
        // nor is it waited for: Foundation learns of an end by a descriptor that the browser's helpers inherit.
        kill(process.processIdentifier, SIGKILL)
        await client.close()
        try? FileManager.default.removeItem(at: profile)
    }

    // MARK: What a person does

    func open(_ url: String) async throws { _ = try await here("/url", ["url": .string(url)]) }

    func click(_ selector: String) async throws {
        try await onElement(selector) { _ = try await self.here("\($0)/click", [:]) }
    }

    func type(_ text: String, into selector: String) async throws {
        try await onElement(selector) { _ = try await self.here("\($0)/value", ["text": .string(text)]) }
    }

    /// Puts a text into a field at once, as pasting does.
    func paste(_ text: String, into selector: String) async throws {
        try await onElement(selector) { element in
            let id = String(element.dropFirst("/element/".count))
            _ = try await self.here(
                "/execute/sync",
                [
                    "script": "arguments[0].value = arguments[1]",
                    "args": [["element-6066-11e4-a52e-4f735466cecf": .string(id)], .string(text)],
                ])
        }
    }

    /// The text of the first element that matches.
    func text(_ selector: String) async throws -> String {
        try await onElement(selector) { try await self.ask("\($0)/text").string ?? "" }
    }

    /// What a form field holds.
    func value(_ selector: String) async throws -> String {
        try await onElement(selector) { try await self.ask("\($0)/property/value").string ?? "" }
    }

    func address() async throws -> String { try await ask("/url").string ?? "" }

    func evaluate(_ script: String) async throws -> JSONValue {
        try await here("/execute/sync", ["script": .string("return \(script)"), "args": []])
    }

    /// What axe-core finds on the page, where `AXE` names its file (`axe.min.js`, which is no part of this project); nothing
    /// without it.
    func violations() async throws -> [String] {
        guard let file = ProcessInfo.processInfo.environment["AXE"] else { return [] }
        let axe = try String(contentsOfFile: file, encoding: .utf8)
        let run = """
            \(axe);
            const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ["violations"] }).then(result => done(result.violations.map(found =>
              found.id + ": " + found.nodes.slice(0, 3).map(node => node.target.join(" ")).join("; "))));
            """
        let found = try await here("/execute/async", ["script": .string(run), "args": []])
        return (found.array ?? []).compactMap(\.string)
    }

    /// A window cannot be as narrow as a phone; what it shows can.
    func show(width: Int, height: Int) async throws {
        try await command(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": JSONValue(width), "height": JSONValue(height), "deviceScaleFactor": 1,
                "mobile": .bool(width < 500),
            ])
    }

    func dim(_ isDark: Bool) async throws {
        try await command(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
    }

    /// Kept where `SCREENSHOTS` names a folder, for whoever wants to look.
    ///
    /// - Parameter whole: what must be scrolled to as well; only of a page that has come to rest.
    func screenshot(_ name: String, whole: Bool = false) async throws {
        guard let folder = ProcessInfo.processInfo.environment["SCREENSHOTS"] else { return }
        let image =
            whole
            ? try await command("Page.captureScreenshot", ["captureBeyondViewport": true])["data"]?.string ?? ""
            : try await ask("/screenshot").string ?? ""
        try #require(Data(base64Encoded: image)).write(to: URL(filePath: folder).appending(path: "\(name).png"))
    }

    /// The page as it is printed (WebDriver §19.2); kept as `print.pdf` where `SCREENSHOTS` names a folder.
    func print() async throws -> [UInt8] {
        let options: JSONValue = [
            "page": ["width": .number("21.0"), "height": .number("29.7")], "background": true, "shrinkToFit": true,
        ]
        let text = try await here("/print", options).string ?? ""
        let data = try #require(Data(base64Encoded: text))
        if let folder = ProcessInfo.processInfo.environment["SCREENSHOTS"] {
            try data.write(to: URL(filePath: folder).appending(path: "print.pdf"))
        }
        return [UInt8](data)
    }

    // MARK: The protocol

    /// A step finds its element and acts on it, and the page may be drawn anew in between: then it looks again, as a
    /// person would. An element that has gone was not acted upon.
    private func onElement<Result>(_ selector: String, _ act: (String) async throws -> Result) async throws -> Result {
        while true {
            let answer = try await here("/element", ["using": "css selector", "value": .string(selector)])
            let id = try #require(answer.object?.members.first?.value.string, "nothing matches \(selector)")
            do { return try await act("/element/\(id)") } catch is ElementHasGone {}
        }
    }

    /// `stale element reference` of WebDriver §6.6.
    private struct ElementHasGone: Error {}

    /// Of the Chrome DevTools protocol.
    @discardableResult
    private func command(_ name: String, _ parameters: JSONValue) async throws -> JSONValue {
        try await here("/goog/cdp/execute", ["cmd": .string(name), "params": parameters])
    }

    private func here(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        try await call("POST", "/session/\(session)\(path)", body)
    }

    private func ask(_ path: String) async throws -> JSONValue {
        try await call("GET", "/session/\(session)\(path)", nil)
    }

    private func call(_ method: String, _ path: String, _ body: JSONValue?) async throws -> JSONValue {
        let response = try await client.send(
            OutgoingRequest(
                method: method, url: "http://127.0.0.1:\(port)\(path)",
                headers: [("Content-Type", "application/json; charset=utf-8")], body: body?.serialized() ?? [],
                timeout: .seconds(240)))
        let value = try JSONValue(parsing: response.body)["value"] ?? .null
        if value["error"] == "stale element reference" { throw ElementHasGone() }
        try #require(response.status == 200, "\(path): \(value["message"]?.string?.prefix(200) ?? "")")
        return value
    }
}
