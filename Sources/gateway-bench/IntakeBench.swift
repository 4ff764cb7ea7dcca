import Canonical
import Documents
import Foundation
import Intake
import Messaging
import Storage
import Synchronization
import Translation
import Transport
import Triage

/// Durable intake over HTTP, beside what its parts reach alone.
enum IntakeBench {
    private static let connectionCounts = [1, 16, 64]

    static func run(seconds: Double) async throws {
        let place = try Workplace()
        defer { place.remove() }
        let sample = try Sample(repository: place.repository)
        print(
            "Durable intake of a \(sample.bytes.count)-byte referral, \(rounded(seconds, 1)) s each; load on the same machine\n"
        )

        let syncs = try disk(place, seconds: seconds)
        var table = BenchTable(["", "1", "16", "64 at once"])
        table.add(["disk: 4 KB append + fdatasync, /s", rounded(syncs), "", ""])

        let echo = try ServerProcess(program: URL(filePath: CommandLine.arguments[0]), ["echo"])
        let echoed = over(echo, path: "/echo", sample: sample, seconds: seconds)
        echo.stop()
        table.add(["HTTP echo on the same listener, /s"] + echoed.map { rounded($0.rate) })

        var stored: [Double] = []
        for count in connectionCounts {
            stored.append(try await storeAlone(place, sample: sample, writers: count, seconds: seconds))
        }
        table.add(["store's group commit alone, /s"] + stored.map { rounded($0) })

        let gateway = try place.gateway(store: "intake.sqlite")
        let taken = over(gateway, path: "/v1/referrals", sample: sample, seconds: seconds)
        gateway.stop()
        table.add(["durable intake over HTTP, /s"] + taken.map { rounded($0.rate) })
        table.add(["  processor time per referral, µs"] + taken.map { rounded($0.microseconds) })
        table.add(
            ["  of the store's group commit alone"] + zip(taken, stored).map { "\(rounded($0.rate / $1 * 100)) %" })
        table.add(["  of the HTTP echo"] + zip(taken, echoed).map { "\(rounded($0.rate / $1.rate * 100)) %" })
        table.show()
        let refused = taken.map(\.refused).reduce(0, +)
        if refused > 0 { print("  \(refused) referrals were not taken (busy or refused)\n") }
    }

    private struct Measured {
        let rate: Double
        let microseconds: Double
        let refused: Int
    }

    private static func over(_ server: ServerProcess, path: String, sample: Sample, seconds: Double) -> [Measured] {
        connectionCounts.enumerated().map { index, count in
            let load = LoadGenerator(
                port: server.port, path: path,
                headers: ["Authorization: Bearer \(Workplace.token)", "Content-Type: application/xml"], sample: sample,
                firstNumber: (index + 1) * 100_000_000)
            let before = server.processorSeconds
            let result = load.run(connections: count, seconds: seconds)
            let used = server.processorSeconds - before
            let all = max(1, result.answered + result.refused)
            return Measured(rate: result.rate, microseconds: used / Double(all) * 1_000_000, refused: result.refused)
        }
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

    /// The same rows as intake leaves, made beforehand, from as many writers at once.
    private static func storeAlone(
        _ place: Workplace, sample: Sample, writers: Int, seconds: Double
    ) async throws -> Double {
        let file = place.folder.appending(path: "store-\(writers).sqlite").path
        let database = try SQLiteDatabase(path: file, maxPending: 4096)
        let store = try await SQLMessageStore(database: database)
        let rows = try Rows(StageBench.pipeline(place).walk(StageBench.message(sample.bytes)), bytes: sample.bytes)
        let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
        let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
        let count = await withTaskGroup(of: Int.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        let commit = rows.commit(messageID: "S-\(writer)-\(count)", identifiers: identifiers)
                        guard (try? await store.accept(commit)) == .stored else { break }
                        count += 1
                    }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        await database.close()
        return Double(count) / seconds
    }
}

/// What intake hands to the store, written once from one walk: only identifiers are new in each copy.
struct Rows: Sendable {
    private let bytes: [UInt8]
    private let answer: [UInt8]
    private let contents: [[UInt8]]

    init(_ walk: Pipeline.Walk, bytes: [UInt8]) {
        self.bytes = bytes
        answer = walk.json.serialized()
        contents = walk.records.map(\.application.serialized)
    }

    func commit(messageID: String, identifiers: IdentifierSource) -> IntakeCommit {
        let now = Instant(Date())
        let records = contents.map { content in
            IntakeRecord(
                id: identifiers.next(at: now), outcome: Outcome.accepted.rawValue,
                applicationNo: "LA-" + identifiers.next(at: now), queue: "CZ-TN", priority: 0,
                dueAt: now.advanced(seconds: 86_400), content: content, caseState: CaseState.pendingIntake.rawValue,
                road: AidRoute.byNotification.rawValue, findings: Array("[]".utf8), deadLetter: nil, detail: nil)
        }
        return IntakeCommit(
            referralID: identifiers.next(at: now), partnerID: "court", messageID: messageID,
            digest: String(repeating: "0", count: 64), rawBytes: bytes, mediaType: "application/xml",
            encoding: "gb18030", receivedAt: now, mappingID: Sample.mapping, mappingVersion: 1,
            mappingDigest: String(repeating: "0", count: 64), outcome: Outcome.accepted.rawValue, isInvalid: false,
            answer: answer, records: records, supersedes: nil)
    }
}
