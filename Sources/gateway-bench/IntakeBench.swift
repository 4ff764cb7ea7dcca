import Foundation
import Intake
import Messaging
import Storage
import Transport
import Vocabulary

/// Durable intake over HTTP, beside what its parts reach alone.
enum IntakeBench {
    private static let connectionCounts = [1, 16, 64]
    private static let rounds = 3

    static func run(seconds: Double) async throws {
        let place = try Workplace()
        defer { place.remove() }
        let sample = try Sample(repository: place.repository)
        announce(sample, seconds: seconds)
        let syncs = try disk(place, seconds: seconds)
        var table = BenchTable(["", "1", "16", "64 at once"])
        table.add(["disk: 4 KB append + fdatasync, /s", rounded(syncs), "", ""])

        let echo = try ServerProcess(program: URL(filePath: CommandLine.arguments[0]), ["echo"])
        let echoed = try connectionCounts.map {
            try over(echo, path: "/echo", sample: sample, connections: $0, seconds: seconds)
        }
        echo.stop()
        table.add(["HTTP echo on the same listener, /s"] + echoed.map { rounded($0.rate) })

        var stored: [Measured] = []
        var taken: [Measured] = []
        var sealed: [SealedBox.Suite: [Measured]] = [:]
        for count in connectionCounts {
            var (alone, whole) = (Measured(), Measured())
            var encrypted: [SealedBox.Suite: Measured] = [:]
            // Whatever else the machine does meets both, and can only slow them down.
            for round in 1...rounds {
                alone = alone.orBetter(
                    try await storeAlone(place, sample: sample, writers: count, round: round, seconds: seconds))
                whole = whole.orBetter(
                    try intake(place, sample: sample, connections: count, round: round, seconds: seconds))
                for suite in SealedBox.Suite.allCases {
                    encrypted[suite] = (encrypted[suite] ?? Measured()).orBetter(
                        try intake(
                            place, sample: sample, connections: count, round: round, seconds: seconds, suite: suite))
                }
            }
            stored.append(alone)
            taken.append(whole)
            for (suite, measured) in encrypted { sealed[suite, default: []].append(measured) }
        }
        add(stored, taken, beside: echoed, to: &table)
        for suite in SealedBox.Suite.allCases { add(sealed[suite] ?? [], by: suite, beside: taken, to: &table) }
        table.show()
        let refused = (taken + sealed.values.flatMap(\.self)).map(\.refused).reduce(0, +)
        if refused > 0 { print("  \(refused) referrals were not taken (busy or refused)\n") }
    }

    private static func announce(_ sample: Sample, seconds: Double) {
        print(
            """
            Durable intake of a \(sample.bytes.count)-byte referral, \(rounded(seconds, 1)) s each; load on the same machine.
            Store and intake take turns, each time with an empty store; the best of \(rounds) rounds.

            """)
    }

    private static func add(
        _ stored: [Measured], _ taken: [Measured], beside echoed: [Measured], to table: inout BenchTable
    ) {
        table.add(["store's group commit alone, the same rows, /s"] + stored.map { rounded($0.rate) })
        table.add(["  processor time per commit, µs"] + stored.map { rounded($0.microseconds) })
        table.add(["durable intake over HTTP, /s"] + taken.map { rounded($0.rate) })
        table.add(["  processor time per referral, µs"] + taken.map { rounded($0.microseconds) })
        table.add(["  of the load, per referral, µs"] + taken.map { rounded($0.load) })
        table.add(
            ["  of the store's group commit alone"] + zip(taken, stored).map { "\(rounded($0.rate / $1.rate * 100)) %" }
        )
        table.add(["  of the HTTP echo"] + zip(taken, echoed).map { "\(rounded($0.rate / $1.rate * 100)) %" })
    }

    private static func add(
        _ sealed: [Measured], by suite: SealedBox.Suite, beside taken: [Measured], to table: inout BenchTable
    ) {
        table.add(["the same into a store sealed by \(suite.rawValue), /s"] + sealed.map { rounded($0.rate) })
        table.add(["  processor time per referral, µs"] + sealed.map { rounded($0.microseconds) })
        table.add(
            ["  of the intake in clear"] + zip(sealed, taken).map { "\(rounded($0.rate / $1.rate * 100)) %" })
    }

    private static func intake(
        _ place: Workplace, sample: Sample, connections: Int, round: Int, seconds: Double,
        suite: SealedBox.Suite? = nil
    ) throws -> Measured {
        let gateway = try place.gateway(
            store: "intake-\(connections)-\(round)-\(suite?.rawValue ?? "clear").sqlite", suite: suite)
        defer { gateway.stop() }
        // The first moments are the server's warming up.
        _ = try over(
            gateway, path: "/v1/referrals", sample: sample, connections: 8, seconds: min(1, seconds))
        return try over(gateway, path: "/v1/referrals", sample: sample, connections: connections, seconds: seconds)
    }

    struct Measured {
        var rate = 0.0
        /// Processor time of one, in microseconds.
        var microseconds = 0.0
        var load = 0.0
        var refused = 0

        func orBetter(_ other: Measured) -> Measured {
            var better = other.rate > rate ? other : self
            better.refused = refused + other.refused
            return better
        }
    }

    /// A server's answers to so many connections at once; for every number of connections the referrals are others.
    static func over(
        _ server: ServerProcess, path: String, sample: Sample, connections: Int, seconds: Double
    ) throws -> Measured {
        let load = LoadGenerator(
            port: server.port, path: path,
            headers: ["Authorization: Bearer \(Workplace.token)", "Content-Type: application/xml"], sample: sample,
            firstNumber: connections * 1_000_000)
        let before = (server.processorSeconds, ownProcessorSeconds())
        let result = try load.run(connections: connections, seconds: seconds)
        let scale = 1_000_000 / Double(max(1, result.answered + result.refused))
        return Measured(
            rate: result.rate, microseconds: (server.processorSeconds - before.0) * scale,
            load: (ownProcessorSeconds() - before.1) * scale, refused: result.refused)
    }

    private static func disk(_ place: Workplace, seconds: Double) throws -> Double {
        let file = open(place.folder.appending(path: "disk").path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        guard file >= 0 else { throw BenchFailure("cannot write to \(place.folder.path)") }
        defer { close(file) }
        let block = [UInt8](repeating: 7, count: 4096)
        var count = 0
        let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
        while ContinuousClock.now < end {
            guard write(file, block, block.count) == block.count, fdatasync(file) == 0 else {
                throw BenchFailure("the disk refused a write")
            }
            count += 1
        }
        return Double(count) / seconds
    }

    /// What intake commits, packed beforehand by intake itself, from as many writers at once.
    static func storeAlone(
        _ place: Workplace, sample: Sample, writers: Int, round: Int = 1, seconds: Double
    ) async throws -> Measured {
        let file = place.folder.appending(path: "store-\(writers)-\(round).sqlite").path
        let database = try SQLiteDatabase(path: file, maxPending: 4096)
        let store = try await SQLMessageStore(database: database)
        let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
        let commits = try PackedCommits(place, sample: sample, identifiers: identifiers)
        let before = ownProcessorSeconds()
        let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
        let count = await withTaskGroup(of: Int.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        let commit = commits.fresh(count, messageID: "S-\(writer)-\(count)")
                        guard (try? await store.accept(commit)) == .stored else { break }
                        count += 1
                    }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        let used = ownProcessorSeconds() - before
        await database.close()
        return Measured(rate: Double(count) / seconds, microseconds: used / Double(max(1, count)) * 1_000_000)
    }

    /// Of this process, user and system.
    private static func ownProcessorSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1_000_000_000
    }
}
