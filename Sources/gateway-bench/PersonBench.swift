import Foundation
import Messaging
import Storage
import Vocabulary

/// What referrals about a person cost who has many already, beside those about persons who have none: over HTTP, and of the
/// store alone with what intake decides inside its transaction.
enum PersonBench {
    /// Written at once, as many connections do.
    private static let atOnce = 16

    static func run(referrals: Int) async throws {
        let place = try Workplace()
        defer { place.remove() }
        let sample = try Sample(repository: place.repository)
        print("\(referrals) referrals of about \(sample.bytes.count) bytes, \(atOnce) at once\n")
        try overHTTP(referrals, place, sample)
        print("\nThe store alone:\n")
        var table = BenchTable(["", "first tenth, /s", "last tenth, /s", "last of first", "of others", "queued each"])
        var others = 0.0
        for subject in Sample.Subject.allCases {
            let name = name(of: subject)
            let found = try await measure(subject, name, referrals, place, sample)
            if subject == .another { others = found.last }
            table.add([
                name, rounded(found.first), rounded(found.last), "\(rounded(found.last / found.first * 100)) %",
                "\(rounded(found.last / others * 100)) %", rounded(found.queued, 2),
            ])
        }
        table.show()
    }

    private static func name(of subject: Sample.Subject) -> String {
        switch subject {
        case .another: "each about another person"
        case .samePerson: "all about one person"
        case .sameCase: "second notices of one case"
        }
    }

    /// The three take turns, tenth by tenth, each into a store of its own: whatever else the machine does meets all.
    private static func overHTTP(_ referrals: Int, _ place: Workplace, _ sample: Sample) throws {
        var table = BenchTable(["over HTTP", "first tenth, /s", "last tenth, /s", "last of first", "of others"])
        let servers = try Sample.Subject.allCases.map { ($0, try place.gateway(store: "http-\($0).sqlite")) }
        defer { for (_, server) in servers { server.stop() } }
        var rates: [Sample.Subject: [Double]] = [:]
        for tenth in 0..<10 {
            for (subject, server) in servers {
                var own = sample
                own.subject = subject
                let load = LoadGenerator(
                    port: server.port, path: "/v1/referrals",
                    headers: ["Authorization: Bearer \(Workplace.token)", "Content-Type: application/xml"], sample: own,
                    firstNumber: tenth * referrals)
                let result = try load.run(connections: atOnce, seconds: 600, most: referrals / 10)
                guard result.refused == 0 else { throw BenchFailure("\(result.refused) referrals were not taken") }
                rates[subject, default: []].append(result.rate)
            }
        }
        for subject in Sample.Subject.allCases {
            guard let first = rates[subject]?.first, let last = rates[subject]?.last,
                let others = rates[.another]?.last
            else { continue }
            table.add([
                name(of: subject), rounded(first), rounded(last), "\(rounded(last / first * 100)) %",
                "\(rounded(last / others * 100)) %",
            ])
        }
        table.show()
    }

    private static func measure(
        _ subject: Sample.Subject, _ name: String, _ referrals: Int, _ place: Workplace, _ sample: Sample
    ) async throws -> (first: Double, last: Double, queued: Double) {
        let file = place.folder.appending(path: "person-\(subject).sqlite").path
        let database = try SQLiteDatabase(path: file, maxPending: 4096)
        let store = try await SQLMessageStore(database: database)
        let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
        let commits = try PackedCommits(place, sample: sample, identifiers: identifiers)
        let part = max(atOnce, referrals / 10)
        var rates: [Double] = []
        for tenth in 0..<10 {
            let began = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<atOnce {
                    group.addTask {
                        for index in stride(from: writer, to: part, by: atOnce) {
                            let number = subject == .another ? index : 0
                            let commit = commits.fresh(number, messageID: "P-\(tenth)-\(index)", about: subject)
                            _ = try await store.accept(commit)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let took = began.duration(to: .now).components
            rates.append(Double(part) / (Double(took.seconds) + Double(took.attoseconds) / 1e18))
        }
        let queued = try await database.read { connection throws(StoreError) in
            try connection.query("SELECT count(*) FROM message WHERE channel = 'application'", []) {
                row throws(StoreError) in try row.integer(at: 0)
            }.first ?? 0
        }
        await database.close()
        return (rates[0], rates[9], Double(queued) / Double(part * 10))
    }
}
