import Foundation
import PrivatePostgreSQL
import StrictJSON
import Synchronization
import Testing

@testable import gateway

/// Faults in a row, under load from all sides, and a ledger in the end: what was acknowledged is there once and reached
/// whom it was for. `make torture` gives it the time and the seed (`TORTURE_SECONDS`, `TORTURE_SEED`).
@Suite(.serialized) struct TortureTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["TORTURE_SECONDS"].flatMap { Double($0) } ?? 8
    private static let seed = environment["TORTURE_SEED"].flatMap { UInt64($0) } ?? 20_261_129

    @Test func `one node on a file survives whatever is done to it`() async throws {
        let torture = try Torture(nodes: 1, seed: Self.seed, server: nil)
        try await torture.run(seconds: Self.seconds)
    }

    @Test(.enabled(if: PrivatePostgreSQL.isInstalled, Comment(rawValue: PrivatePostgreSQL.skipped)))
    func `two nodes on PostgreSQL survive whatever is done to them`() async throws {
        let torture = try Torture(nodes: 2, seed: Self.seed, server: try PrivatePostgreSQL())
        try await torture.run(seconds: Self.seconds)
    }
}

/// One run.
private final class Torture: Sendable {
    private let nodes: [TortureNode]
    private let ledger = TortureLedger()
    private let exchange: ExchangeHome
    private let receiver: TortureReceiver
    private let people: TorturePeople
    private let disk: SmallDisk?
    private let server: PrivatePostgreSQL?
    private let seed: UInt64
    private let counts = Mutex<[TortureFault: Int]>([:])

    init(nodes count: Int, seed: UInt64, server: PrivatePostgreSQL?) throws {
        self.seed = seed
        self.server = server
        receiver = try TortureReceiver(ledger, seed: seed)
        exchange = try ExchangeHome()
        let gateways = try (0..<count).map { [url = receiver.url] _ in try GatewayProcess(returnAddress: url + "/court")
        }
        let disk = server == nil ? try SmallDisk(at: gateways[0].folder.appending(path: "disk")) : nil
        self.disk = disk
        let database = try server?.makeDatabase()
        for gateway in gateways {
            let folder = gateway.folder
            let partners = folder.appending(path: "partners.xml")
            let other =
                #"<partner id="other" name="另一法院" senderType="court" statusMapping="court/status"><senderCode>320402</senderCode><mapping>court/defence-notice</mapping>"#
            try String(contentsOf: partners, encoding: .utf8)
                .replacing(
                    #"<partner id="other" name="另一法院" senderType="court"/>"#,
                    with: other + exchange.element + "</partner>"
                )
                .replacing("timeoutSeconds=\"600\"", with: "timeoutSeconds=\"20\"")
                .write(to: partners, atomically: true, encoding: .utf8)
            try "token-of-the-alarm-system-0123456789".write(
                to: folder.appending(path: "alarm.token"), atomically: true, encoding: .utf8)
            let store =
                if let server, let database {
                    "<store postgresql=\"\(server.connection(to: database))\"/>"
                } else {
                    "<store path=\"\(disk == nil ? "" : "disk/")store.sqlite\"/>"
                }
            let key = gateways[0].folder.appending(path: "identity.key").path
            try gateway.set(
                """
                \(store)<identityKey path="\(key)"/><cases sweepSeconds="1"/>
                <alerts everySeconds="5" settleSeconds="0" deadLetters="1"><webhook url="\(receiver.url)/alarm" tokenFile="alarm.token"/></alerts>
                """)
        }
        self.nodes = gateways.map { [launcher = disk?.launcher ?? []] in TortureNode($0, launcher: launcher) }
        people = TorturePeople(nodes, ledger, exchange, seed: seed)
    }

    func run(seconds: Double) async throws {
        for node in nodes { try node.start() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            let people = people
            for stream in 0..<6 { group.addTask { try await people.send(stream) } }
            group.addTask { try await people.layFiles() }
            group.addTask { try await people.operate() }
            for number in 0..<2 {
                group.addTask { try await people.work(number) }
            }
            try await torment(for: .seconds(seconds))
            people.stop()
            try await untilEverythingIsTaken()
            people.finish()
            try await group.waitForAll()
        }
        try await expectEverything()
        for node in nodes { #expect(node.stop() == 0) }
        try expectSoundStore()
        await receiver.stop()
        // Not buffered, so that whoever waits sees it.
        FileHandle.standardError.write(Data("\(report)\n".utf8))
        exchange.remove()
        for node in nodes { node.gateway.remove() }
        disk?.remove()
        server?.stop()
    }

    private var report: String {
        "torture with seed \(seed): \(done); \(ledger.figures); violations: \(ledger.violations)"
    }

    private var done: String {
        counts.withLock { counts in
            TortureFault.allCases.compactMap { fault in counts[fault].map { "\($0) × \(fault.rawValue)" } }
                .joined(separator: ", ")
        }
    }

    // MARK: Faults

    private func torment(for time: Duration) async throws {
        var chances = SeededChances(seed)
        let weights = TortureFault.weights(onPostgreSQL: server != nil, mayFillDisk: disk != nil)
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(Int.random(in: 50...900, using: &chances)))
            var dice = Int.random(in: 0..<weights.reduce(0) { $0 + $1.weight }, using: &chances)
            let fault =
                weights.first {
                    dice -= $0.weight; return dice < 0
                }?.fault ?? .kill
            let node = nodes[Int.random(in: 0..<nodes.count, using: &chances)]
            try await commit(fault, on: node)
            counts.withLock { $0[fault, default: 0] += 1 }
        }
    }

    private func commit(_ fault: TortureFault, on node: TortureNode) async throws {
        switch fault {
        case .kill:
            node.kill()
            try node.start()
        case .stop:
            #expect(node.stop() == 0)
            try node.start()
        case .freeze:
            node.signal(SIGSTOP)
            try await Task.sleep(for: .seconds(11))
            node.signal(SIGCONT)
        case .fillDisk:
            try disk?.fill()
            try await Task.sleep(for: .seconds(1))
            try disk?.makeRoom()
        case .killOnFullDisk:
            try disk?.fill()
            try await Task.sleep(for: .milliseconds(300))
            node.kill()
            try disk?.makeRoom()
            try node.start()
        case .cutConnections: try server?.cutConnections()
        case .crashDatabase: try await server?.signalOne(SIGKILL)
        case .freezeDatabase:
            let frozen = try await server?.signalOne(SIGSTOP)
            try await Task.sleep(for: .seconds(2))
            if let frozen { kill(frozen, SIGCONT) }
        }
    }

    // MARK: The reckoning

    private func court(_ token: String) throws -> Remote {
        Remote(url: try #require(nodes[0].url), token: token)
    }

    private func untilEverythingIsTaken() async throws {
        let (other, exchange) = (try court("other-token"), exchange)
        try await eventually("every file is taken") { exchange.names("in").isEmpty ? true : nil }
        for id in ledger.inFolder {
            try await eventually("file \(id) is on file") {
                let answer = try await other.call("GET", "/v1/referrals?messageId=\(id)")
                return answer.status == 200 && answer.json["applications"]?.array?.count == 1 ? true : nil
            }
        }
        // Referrals that were leased too often lie with the operators; giving them back is an operator's act.
        let desk = try court(GatewayProcess.operatorToken)
        try await eventually("no referral lies with the operators") {
            let letters = try await desk.ask("GET", "/v1/dead-letters?channel=application")["deadLetters"]?.array ?? []
            for letter in letters {
                _ = try await desk.call(
                    "POST", "/v1/dead-letters/\(letter["id"]?.string ?? "")/retry",
                    body: Array(#"{"reason":"再发"}"#.utf8))
            }
            return letters.isEmpty ? true : nil
        }
    }

    private func expectEverything() async throws {
        let court = try court(GatewayProcess.partnerToken)
        var statuses = 0
        for (id, application) in ledger.acknowledged {
            let answer = try await court.call("GET", "/v1/referrals?messageId=\(id)")
            let found = answer.json["applications"]?.array ?? []
            #expect(answer.status == 200 && found.map { $0["applicationNo"]?.string } == [application], "\(id)")
            let told = found.first?["statuses"]?.array?.count ?? 0
            statuses += told
            let ledger = ledger
            try await eventually("\(application) was told all of its \(told) statuses") {
                ledger.told(application) >= told ? true : nil
            }
            #expect(ledger.told(application) == told, "\(application)")
        }
        #expect(statuses > 0 && !ledger.acknowledged.isEmpty)
        // Each referral, file or call, made one envelope, and each of those reached the institution.
        #expect(ledger.leased.count >= ledger.acknowledged.count + ledger.inFolder.count)
        #expect(ledger.violations == [])
        try await expectBulkJobs()
    }

    private func expectBulkJobs() async throws {
        let desk = try court(GatewayProcess.operatorToken)
        try await eventually("every bulk job is over") {
            let jobs = try await desk.ask("GET", "/v1/jobs?limit=100")["jobs"]?.array ?? []
            return jobs.allSatisfy { ["finished", "stopped"].contains($0["state"]?.string) } ? true : nil
        }
        for job in try await desk.ask("GET", "/v1/jobs?limit=100")["jobs"]?.array ?? [] {
            let parts = ["resent", "failedAgain", "skipped", "endedOtherwise"].compactMap { job[$0]?.int }
            #expect(parts.reduce(0, +) == job["total"]?.int, "\(job.text())")
        }
        #expect(
            try await desk.ask("GET", "/v1/dead-letters?limit=1").at("deadLetters")?.array?.isEmpty
                == ledger.invalid.isEmpty)
    }

    private func expectSoundStore() throws {
        for words in [["check", "--store"], ["audit", "verify"]] {
            let command = words + ["--config", nodes[0].gateway.settings.path]
            let (code, output) = try disk.map { try $0.run(command) } ?? GatewayProcess.run(command, complaints: true)
            #expect(code == 0, "\(output)")
        }
    }
}

extension SmallDisk {
    /// A command of the gateway's that sees the disk.
    fileprivate func run(_ arguments: [String]) throws -> (code: Int32, output: String) {
        let (process, pipe) = (Process(), Pipe())
        let words = launcher + [GatewayProcess.program.path] + arguments
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        process.standardOutput = pipe
        process.standardError = pipe
        process.currentDirectoryURL = repository
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

extension PrivatePostgreSQL {
    fileprivate func cutConnections() throws {
        try execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
            in: "postgres")
    }

    /// Sends a signal to one of its processes that serve the gateway.
    ///
    /// - Returns: the process; nothing where there was none, or the server was still recovering.
    @discardableResult
    fileprivate func signalOne(_ signal: Int32) async throws -> Int32? {
        let ask =
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
        let process: Int32? = try await eventually("the database answers") {
            do {
                return try Int32(execute(ask, in: "postgres").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            } catch is Failure { return nil }
        }
        guard let process, process > 0 else { return nil }
        kill(process, signal)
        return process
    }
}
