import Foundation
import StrictJSON
import Synchronization
import Testing
import Transport

@testable import gateway

/// The gateway's own program, running in a folder of the test's own.
///
/// `@unchecked`: each belongs to one test, which starts and stops it in turn.
final class GatewayProcess: @unchecked Sendable {
    let folder: URL
    /// Its settings; before the start.
    var settings: URL
    private(set) var port: UInt16 = 0
    private var process = Process()
    private let log = ProcessLog()
    static let partnerToken = "partner-token"
    static let institutionToken = "institution-token"
    static let operatorToken = "operator-token"

    /// - Parameters:
    ///   - returnAddress: where the court's status goes.
    ///   - courtWays: elements that say it instead; empty for the feed.
    init(returnAddress: String = "http://127.0.0.1:9/", courtWays: String? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "gateway-\(UUID().uuidString)")
        settings = folder.appending(path: "gateway.xml")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let config = repository.appending(path: "config").path
        try """
        <gateway xmlns="urn:legal-aid-gateway:config:1">
          <listen host="127.0.0.1" port="0"/>
          <store path="store.sqlite"/>
          <mappings path="\(repository.appending(path: "Mappings").path)"/>
          <rules path="\(config)/rules"/><calendar path="\(config)/calendar"/>
          <institutions path="\(config)/institutions.xml"/><exchange pollSeconds="1" quietSeconds="1"/>
          <limits headerSeconds="600" bodySeconds="600"/>
        </gateway>
        """.write(to: folder.appending(path: "gateway.xml"), atomically: true, encoding: .utf8)
        try """
        <partners xmlns="urn:legal-aid-gateway:partners:1">
          <partner id="court" name="常州市天宁区人民法院" senderType="court" statusMapping="court/status">
            <senderCode>320402</senderCode><mapping>court/defence-notice</mapping>
            \(courtWays ?? "<returnAddress url=\"\(returnAddress)\" timeoutSeconds=\"600\"/>")
          </partner>
          <partner id="other" name="另一法院" senderType="court"/>
        </partners>
        """.write(to: folder.appending(path: "partners.xml"), atomically: true, encoding: .utf8)
        try """
        <credentials xmlns="urn:legal-aid-gateway:credentials:1">
          <partner id="court" tokenSha256="\(Token.hash(Self.partnerToken))"/>
          <partner id="other" tokenSha256="\(Token.hash("other-token"))"/>
          <institution code="CZ-TN" tokenSha256="\(Token.hash(Self.institutionToken))"/>
          <operator name="wang" tokenSha256="\(Token.hash(Self.operatorToken))"/>
          <operator name="auditor" role="auditor" tokenSha256="\(Token.hash("auditor"))"/>
        </credentials>
        """.write(to: folder.appending(path: "credentials.xml"), atomically: true, encoding: .utf8)
    }

    /// A test that threw half-way leaves no gateway behind either.
    deinit { remove() }

    /// The program stands beside the tests that were built with it.
    static var program: URL {
        let beside = Bundle.allBundles.map(\.bundleURL) + [URL(filePath: CommandLine.arguments[0])]
        let candidates = beside.map { $0.deletingLastPathComponent().appending(path: "gateway") }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }
            ?? repository.appending(path: ".build/debug/gateway")
    }

    /// Neither language nor gateway of whoever runs the tests.
    private static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { name, _ in
            !["LANG", "LC_ALL", "LC_MESSAGES"].contains(name) && !name.hasPrefix("LEGAL_AID_GATEWAY_")
        }
    }

    /// - Parameters:
    ///   - complaints: whether what goes to standard error is part of the output.
    ///   - variables: of its environment; without a locale the commands speak both languages.
    static func run(
        _ arguments: [String], complaints: Bool = false, with variables: [String: String] = [:]
    ) throws -> (code: Int32, output: String) {
        let process = Process()
        process.environment = environment.merging(variables) { $1 }
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = repository
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = complaints ? pipe : FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    /// Its number in the system's list.
    var identifier: Int32 { process.processIdentifier }

    /// Another start on the same settings with another port, which is expected to fail.
    func serveOnce(port: UInt16) throws -> (code: Int32, output: String) {
        let other = folder.appending(path: "other.xml")
        let text = try String(contentsOf: settings, encoding: .utf8)
        try text.replacing("port=\"0\"", with: "port=\"\(port)\"")
            .replacing("store.sqlite", with: "other.sqlite").write(to: other, atomically: true, encoding: .utf8)
        return try Self.run(["serve", "--config", other.path], complaints: true, with: ["LANG": "en"])
    }

    /// Starts, and returns when it says that it listens.
    ///
    /// - Parameter launcher: a program and its first arguments, which becomes the gateway's by `exec`.
    func start(by launcher: [String] = []) throws {
        process = Process()
        let words = launcher + [Self.program.path, "serve", "--config", settings.path]
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        // Byte by byte: a character is whole only with its line.
        var said: [UInt8] = []
        while let chunk = try pipe.fileHandleForReading.read(upToCount: 1), !chunk.isEmpty {
            said += chunk
            guard said.last == UInt8(ascii: "\n") else { continue }
            if let line = said.split(separator: UInt8(ascii: "\n")).last,
                let json = try? JSONValue(parsing: Array(line)),
                json["event"] == "listening", let number = json["port"]?.int
            {
                port = UInt16(number)
                // The rest of the log is read away, so that the program never waits for us.
                let log = log
                log.begin(said)
                pipe.drain(
                    { data in log.bytes.withLock { $0 += data } }, atEnd: log.end)
                return
            }
        }
        Issue.record("the gateway did not start: \(String(decoding: said, as: UTF8.self))")
    }

    /// Adds settings, or puts them in place of those of the same element; before the start.
    func set(_ elements: String) throws {
        let file = folder.appending(path: "gateway.xml")
        var text = try String(contentsOf: file, encoding: .utf8)
        for name in elements.matches(of: /<([A-Za-z]+)/).map(\.output.1) {
            if let old = text.firstRange(of: try Regex("<\(name)(\\s[^>]*)?/>")) { text.removeSubrange(old) }
        }
        try text.replacing("</gateway>", with: elements + "\n</gateway>")
            .write(to: file, atomically: true, encoding: .utf8)
    }

    /// A key's file as it must be: its owner's alone.
    static func writeKey(_ key: [UInt8], to file: URL) throws {
        try Data(key).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    var remote: Remote { Remote(url: "http://127.0.0.1:\(port)", token: Self.partnerToken) }
    var institution: Remote { Remote(url: "http://127.0.0.1:\(port)", token: Self.institutionToken) }
    var desk: Remote { Remote(url: "http://127.0.0.1:\(port)", token: Self.operatorToken) }

    /// Asks for mappings and rules to be read again.
    func reload() { Foundation.kill(process.processIdentifier, SIGHUP) }

    /// What the log holds by now.
    var logged: String { log.bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Returns when the log says so.
    func untilLogged(_ words: String) async throws {
        try await eventually("the log said: \(words)") { logged.contains(words) ? true : nil }
    }

    /// An operator whose token is its name.
    func `operator`(_ name: String) -> Remote { Remote(url: "http://127.0.0.1:\(port)", token: name) }

    /// As a power cut does it.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        scan()
    }

    /// Politely; returns the exit code.
    @discardableResult
    func stop() -> Int32 {
        scan(figures)
        process.terminate()
        process.waitUntilExit()
        scan()
        return process.terminationStatus
    }

    func remove() {
        if process.isRunning {
            scan(figures)
            kill()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: What nobody may read

    /// Whatever a test is about and whatever went in: nothing of a person stands in the log. Each gateway's end asks this, so
    /// that no test has to.
    private func scan() { if let text = log.whole() { scan(text) } }

    private func scan(_ text: String) {
        for trace in PersonalTraces.found(in: text) { Issue.record("the gateway told of a person: \(trace)") }
    }

    /// Its metrics without their values, as anybody may ask for them. Nothing where it does not answer, or only those who show
    /// a certificate.
    private var figures: String {
        guard process.isRunning else { return "" }
        for scheme in ["http", "https"] {
            let curl = Process()
            curl.executableURL = URL(filePath: "/usr/bin/curl")
            curl.arguments = ["-gsk", "--max-time", "5", "\(scheme)://127.0.0.1:\(port)/metrics"]
            let pipe = Pipe()
            curl.standardOutput = pipe
            curl.standardError = FileHandle.nullDevice
            guard (try? curl.run()) != nil else { continue }
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            curl.waitUntilExit()
            if curl.terminationStatus == 0 {
                return text.split(separator: "\n").map { line in
                    line.hasPrefix("#") ? line : line[..<(line.lastIndex(of: " ") ?? line.endIndex)]
                }.joined(separator: "\n")
            }
        }
        return ""
    }
}

/// Asks until there is an answer. Minutes are given, so that only what never happens is reported, and not a busy
/// machine.
@discardableResult
func eventually<Answer>(_ event: String, _ ask: () async throws -> Answer?) async throws -> Answer {
    let end = ContinuousClock.now + .seconds(180)
    while ContinuousClock.now < end {
        if let answer = try await ask() { return answer }
        try await Task.sleep(for: .milliseconds(10))
    }
    return try #require(nil as Answer?, "it never came that \(event)")
}

/// Does something with each item, so many at once.
func inConnections<Item: Sendable>(
    _ connections: Int, _ items: [Item], _ act: @escaping @Sendable (Item) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for connection in 0..<min(connections, items.count) {
            group.addTask {
                for number in stride(from: connection, to: items.count, by: connections) {
                    try await act(items[number])
                }
            }
        }
        try await group.waitForAll()
    }
}

extension Pipe {
    /// Reads to its end in the background, in a thread of its own.
    ///
    /// Not by `readabilityHandler`: Dispatch goes on with its list of watched descriptors when one of them is closed and given
    /// out again meanwhile, as happens where hundreds of tests open and close files, and ends the process.
    func drain(_ take: @escaping @Sendable (Data) -> Void, atEnd: @escaping @Sendable () -> Void = {}) {
        Thread.detachNewThread {
            while case let data = self.fileHandleForReading.availableData, !data.isEmpty { take(data) }
            atEnd()
        }
    }
}

/// What a gateway has logged since it listens.
private final class ProcessLog: Sendable {
    let bytes = Mutex<[UInt8]>([])
    /// Of starts that were not looked through: what was said before it listened, and how much had been said by earlier ones.
    private let starts = Mutex<[(before: [UInt8], from: Int)]>([])
    private let ended = DispatchSemaphore(value: 0)

    func begin(_ before: [UInt8]) {
        let from = bytes.withLock { $0.count }
        starts.withLock { $0.append((before, from)) }
    }

    func end() { ended.signal() }

    /// All of the start that has ended now; nothing where that was asked before. Its last words are waited for, unless
    /// something that it started still holds its log.
    func whole() -> String? {
        guard let start = starts.withLock({ $0.popLast() }) else { return nil }
        _ = ended.wait(timeout: .now() + .seconds(20))
        return String(decoding: start.before + bytes.withLock { Array($0.dropFirst(start.from)) }, as: UTF8.self)
    }
}

/// A court's notice with a message id of its own.
func courtNotice(_ id: String, name: String = "测试甲", from unit: String = "320402") -> [UInt8] {
    Array(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <ROOT><RECORD><BSXX><XXBH>\(id)</XXBH><FSDW>\(unit)</FSDW><LEIX>TZBH</LEIX></BSXX>
        <AJXX><FYDM>苏0402</FYDM><AJLX>刑事一审</AJLX></AJXX>
        <DSRXX><RECORD><XM>\(name)</XM></RECORD></DSRXX></RECORD></ROOT>
        """.utf8)
}

extension Remote {
    /// Takes what lies in an institution's queue; the leases hold for longer than any machine takes to go on.
    func leases(of code: String = "CZ-TN") async throws -> [JSONValue] {
        let order = Array(#"{"max":100,"leaseSeconds":3600}"#.utf8)
        return try await ask("POST", "/v1/queues/\(code)/leases", body: order)["leases"]?.array ?? []
    }

    func acknowledge(_ lease: JSONValue) async throws {
        _ = try await ask("POST", "/v1/leases/\(lease["leaseId"]?.string ?? "")/acknowledge")
    }
}
