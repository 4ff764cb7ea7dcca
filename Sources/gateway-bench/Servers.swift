import Foundation
import Intake
import Messaging
import Observability
import Storage
import StrictJSON
import Transport
import Vocabulary

/// An echo on the gateway's own listener: what HTTP costs here when nothing is done with a request.
enum EchoServer {
    static func run() async throws {
        let server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            HTTPResponse(status: 200, headers: [("Content-Type", "application/octet-stream")], body: request.body)
        }
        FileHandle.standardError.write(Data("{\"event\":\"listening\",\"port\":\(server.port)}\n".utf8))
        // Ends when whoever started it closes the pipe.
        while !FileHandle.standardInput.availableData.isEmpty {}
        await server.stop(drain: .seconds(1))
    }
}

/// A server in a process of its own, so that its processor time can be told from the load's. Its log goes to a file, as a
/// service's does: reading it along would cost the machine that is measured.
final class ServerProcess {
    private let process = Process()
    private let input = Pipe()
    let port: UInt16

    init(program: URL, _ arguments: [String]) throws {
        process.executableURL = program
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        let file = FileManager.default.temporaryDirectory.appending(path: "gateway-bench-\(UUID()).log")
        guard FileManager.default.createFile(atPath: file.path, contents: nil) else {
            throw BenchFailure("cannot write to \(file.path)")
        }
        let log = try FileHandle(forReadingFrom: file)
        process.standardError = try FileHandle(forWritingTo: file)
        // Without a name it goes with the processes that hold it.
        try FileManager.default.removeItem(at: file)
        try process.run()
        guard let port = try Self.port(told: log, by: process) else {
            process.terminate()
            throw BenchFailure("\(program.lastPathComponent) did not start: \(try Self.text(of: log))")
        }
        self.port = port
    }

    private static func text(of log: FileHandle) throws -> String {
        try log.seek(toOffset: 0)
        return String(decoding: try log.readToEnd() ?? Data(), as: UTF8.self)
    }

    /// Waits for the line that tells where the server listens.
    private static func port(told log: FileHandle, by process: Process) throws -> UInt16? {
        let end = ContinuousClock.now + .seconds(60)
        repeat {
            for line in try text(of: log).split(separator: "\n") {
                guard let json = try? JSONValue(parsing: Array(line.utf8)), json["event"] == "listening" else {
                    continue
                }
                return json["port"]?.int.flatMap(UInt16.init(exactly:))
            }
            usleep(20_000)
        } while process.isRunning && ContinuousClock.now < end
        return nil
    }

    /// Seconds of processor time so far, user and system.
    var processorSeconds: Double {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process.processIdentifier)/stat"),
            let fields = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " "),
            fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.terminate()
        process.waitUntilExit()
    }
}

/// Where the measured program and its files are.
struct Workplace {
    let repository = URL(filePath: FileManager.default.currentDirectoryPath)
    let folder = FileManager.default.temporaryDirectory.appending(path: "gateway-bench-\(getpid())")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    static let token = "bench-token"
    static let partner = Partner(
        id: "court", name: "法院",
        kind: SenderKind(code: "court", name: LocalizedText(zh: "人民法院", en: "court"), audience: .court),
        senderCodes: [], mappings: [Sample.mapping], statusMapping: nil,
        returnAddress: nil, retryPolicy: RetryPolicy())

    var programs: URL { URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent() }

    /// A gateway with one partner and nobody to push to.
    ///
    /// - Parameter suite: by which its store is encrypted, where it is.
    func gateway(store: String, suite: SealedBox.Suite? = nil) throws -> ServerProcess {
        let config = repository.appending(path: "config").path
        let encryption = try suite.map { try element(encryptingBy: $0) } ?? ""
        let files = [
            (
                "gateway.xml",
                """
                <gateway xmlns="urn:legal-aid-gateway:config:1"><listen host="127.0.0.1" port="0"/><store path="\(store)"/>
                <mappings path="\(repository.appending(path: "Mappings").path)"/><rules path="\(config)/rules"/>
                <calendar path="\(config)/calendar"/><institutions path="\(config)/institutions.xml"/>\(encryption)</gateway>
                """
            ),
            (
                "partners.xml",
                "<partners xmlns=\"urn:legal-aid-gateway:partners:1\"><partner id=\"\(Self.partner.id)\" name=\"\(Self.partner.name)\" senderType=\"court\"><mapping>\(Sample.mapping)</mapping></partner></partners>"
            ),
            (
                "credentials.xml",
                "<credentials xmlns=\"urn:legal-aid-gateway:credentials:1\"><partner id=\"\(Self.partner.id)\" tokenSha256=\"\(Digest.hex(Digest.sha256(Array(Self.token.utf8))))\"/></credentials>"
            ),
        ]
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
        return try ServerProcess(
            program: programs.appending(path: "gateway"),
            ["serve", "--config", folder.appending(path: "gateway.xml").path])
    }

    private func element(encryptingBy suite: SealedBox.Suite) throws -> String {
        let file = folder.appending(path: "master.key").path
        let key = Data(Digest.hex(try SecureRandom.bytes(SealedBox.keyLength)).utf8)
        guard FileManager.default.createFile(atPath: file, contents: key, attributes: [.posixPermissions: 0o600]) else {
            throw BenchFailure("cannot write to \(file)")
        }
        return "<encryption suite=\"\(suite.rawValue)\" keyFile=\"\(file)\"/>"
    }
}
