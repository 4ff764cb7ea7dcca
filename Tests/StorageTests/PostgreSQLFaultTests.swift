import Foundation
import Messaging
import PrivatePostgreSQL
import Testing

@testable import Storage

/// A server that goes away, in every way that a test can make it.
@Suite(.enabled(if: PrivatePostgreSQL.isInstalled, Comment(rawValue: PrivatePostgreSQL.skipped)))
struct PostgreSQLFaultTests {
    private static let cutAll = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        """

    @Test func `a connection that was cut is made anew, and nobody who reads or writes hears of it`() async throws {
        let server = try PrivatePostgreSQL.shared()
        let name = try server.makeDatabase()
        let database = try PostgreSQLDatabase(PostgreSQLSettings(server.connection(to: name)), maxPending: 64)
        let store = try await SQLMessageStore(database: database)
        for round in 0..<5 {
            let commit = referral("M\(round)")
            #expect(try await store.accept(commit) == .stored)
            try server.execute(Self.cutAll, in: name)
            #expect(try await store.referral(id: commit.referralID) != nil)
        }
        try server.execute(Self.cutAll, in: name)
        #expect(try await store.accept(referral("M9")) == .stored)
        await database.close()
        try server.dropDatabase(name)
    }

    @Test func `of a commit that was cut off nobody says that it was taken, or was not, and the same again is right`()
        async throws
    {
        // Its commits wait for a replica that does not exist, so that they can be cut off in the middle.
        let server = try PrivatePostgreSQL()
        let name = try server.makeDatabase()
        let database = try PostgreSQLDatabase(PostgreSQLSettings(server.connection(to: name)), maxPending: 64)
        let store = try await SQLMessageStore(database: database)
        try server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", in: name)
        try server.execute("SELECT pg_reload_conf()", in: name)
        let commit = referral("M1")
        let sending = Task { try await store.accept(commit) }
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)' AND wait_event = 'SyncRep'"
        while try server.execute(waiting, in: name) != "1\n" { await Task.yield() }
        try server.execute(Self.cutAll, in: name)
        await #expect(throws: StoreError.uncertain) { try await sending.value }
        try server.execute("ALTER SYSTEM RESET synchronous_standby_names", in: name)
        try server.execute("SELECT pg_reload_conf()", in: name)
        #expect(
            try await store.accept(commit.again()) == .replayed(referralID: commit.referralID, answer: commit.answer))
        await database.close()
        server.stop()
    }

    @Test func `a server that is not there is told as such, and is found again`() async throws {
        let server = try PrivatePostgreSQL.shared()
        let name = try server.makeDatabase()
        let settings = try PostgreSQLSettings(server.connection(to: name))
        let database = try PostgreSQLDatabase(settings, maxPending: 64)
        let store = try await SQLMessageStore(database: database)
        try server.execute("ALTER DATABASE \(name) RENAME TO \(name)_away", in: "postgres", cutting: name)
        await #expect {
            try await store.ping(now: start)
        } throws: { error in
            if case .unreachable? = error as? StoreError { true } else { false }
        }
        #expect(throws: StoreError.self) { try PostgreSQLDatabase(settings, maxPending: 64) }
        try server.execute("ALTER DATABASE \(name)_away RENAME TO \(name)", in: "postgres")
        try await store.ping(now: start)
        #expect(try await store.accept(referral("M1")) == .stored)
        await database.close()
        try server.dropDatabase(name)
    }

    @Test func `what one node queues wakes those who wait for it at another`() async throws {
        let server = try PrivatePostgreSQL.shared()
        let name = try server.makeDatabase()
        let settings = try PostgreSQLSettings(server.connection(to: name))
        let (one, other) = (
            try PostgreSQLDatabase(settings, maxPending: 64), try PostgreSQLDatabase(settings, maxPending: 64)
        )
        let (first, second) = (try await SQLMessageStore(database: one), try await SQLMessageStore(database: other))
        let heard = AsyncStream<Set<Endpoint>>.makeStream()
        second.onQueued { heard.continuation.yield($0) }
        // Listening begins at some time: it is said again until it was heard.
        let saying = Task {
            var number = 0
            while !Task.isCancelled {
                number += 1
                _ = try await first.accept(referral("M\(number)"))
            }
        }
        for await endpoints in heard.stream where endpoints.contains(Endpoint(.application, "CZ-TN")) { break }
        saying.cancel()
        _ = await saying.result
        #expect(
            !(try await second.lease(queue: "CZ-TN", max: 1, now: start, ends: start.advanced(seconds: 60)).isEmpty))
        await one.close()
        await other.close()
        try server.dropDatabase(name)
    }

    @Test func `what was planted in the schema is told, and what acts by itself keeps the store shut`() async throws {
        let server = try PrivatePostgreSQL.shared()
        let name = try server.makeDatabase()
        let database = try PostgreSQLDatabase(PostgreSQLSettings(server.connection(to: name)), maxPending: 64)
        try await database.migrate()
        #expect(try await database.plantedObjects() == [])
        // Somebody's own to report from.
        try server.execute("CREATE VIEW report AS SELECT count(*) FROM referral", in: name)
        #expect(try await database.plantedObjects() == ["view report"])
        try await database.migrate()
        for (plant, what, remove) in [
            (
                "CREATE RULE hide AS ON INSERT TO audit WHERE new.actor = 'zhang' DO INSTEAD NOTHING", "rule hide",
                "DROP RULE hide ON audit"
            ),
            ("CREATE POLICY hide ON audit USING (actor <> 'zhang')", "policy hide", "DROP POLICY hide ON audit"),
            (
                "CREATE TRIGGER hide BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
                "trigger hide", "DROP TRIGGER hide ON audit"
            ),
        ] {
            try server.execute(plant, in: name)
            #expect(try await database.plantedObjects() == [what, "view report"])
            await #expect(throws: StoreError.corrupt("\(what) in the store was not made by the gateway")) {
                try await database.migrate()
            }
            try server.execute(remove, in: name)
        }
        // What the gateway made, and says something else now.
        try server.execute("ALTER TABLE referral DISABLE TRIGGER message_tally_insert", in: name)
        try server.execute(
            "CREATE OR REPLACE FUNCTION tally_case() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            in: name)
        #expect(
            try await database.plantedObjects() == [
                "function tally_case", "trigger message_tally_insert", "view report",
            ])
        await database.close()
        try server.dropDatabase(name)
    }

    @Test func `a connection string with a password is refused, and never repeated`() {
        for text in [
            "host=db password=secret dbname=x", "postgresql://user:secret@db/x", "host=db secret",
            "host=db sslpassword='secret'",
        ] {
            #expect {
                try PostgreSQLSettings(text)
            } throws: { error in
                if case .failed(let what)? = error as? StoreError { !what.contains("secret") } else { false }
            }
        }
    }

    @Test func `question marks become numbers, but for those in quotes`() {
        #expect(PostgreSQLText.numbered("SELECT ?, '?', \"?\", ?2, ?") == "SELECT $1, '?', \"?\", $2, $3")
        #expect(PostgreSQLText.numbered("?1 ?1 ?12 ?") == "$1 $1 $12 $13")
    }

    @Test func `sums and whole numbers of every size come as they are`() async throws {
        let home = try await TemporaryStore(.postgreSQL)
        let numbers: [Int64] = [0, 1, -1, 9_999, 10_000, -10_000, 99_990_000, 100_000_001, .max, .min + 1]
        let read = try await home.database.read { connection throws(StoreError) in
            var read: [Int64] = []
            for number in numbers {
                read += try connection.query(
                    "SELECT CAST(? AS BIGINT) AS whole, sum(x) AS total FROM (VALUES (CAST(? AS BIGINT)), (0)) AS v (x)",
                    [.integer(number), .integer(number)]
                ) { row throws(StoreError) in try row.integer("whole") == number ? try row.integer("total") : 42 }
            }
            return read
        }
        #expect(read == numbers)
        // A text that is no number is none, and not 0.
        await #expect(throws: StoreError.self) {
            try await home.database.read { connection throws(StoreError) in
                try connection.query("SELECT 'x' AS whole", []) { row throws(StoreError) in try row.integer("whole") }
            }
        }
        await home.remove()
    }
}

extension PrivatePostgreSQL {
    /// Throws everybody out of a database and does something before they are back.
    fileprivate func execute(_ sql: String, in database: String, cutting name: String) throws {
        try execute("ALTER DATABASE \(name) ALLOW_CONNECTIONS false", in: database)
        try execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '\(name)'", in: database)
        try execute(sql, in: database)
        let renamed = sql.split(separator: " ").last.map(String.init) ?? name
        try execute("ALTER DATABASE \(renamed) ALLOW_CONNECTIONS true", in: database)
    }
}

extension IntakeCommit {
    /// The same message as its sender sends it again.
    fileprivate func again() -> IntakeCommit {
        referral(messageID, partner: partnerID, digest: digest)
    }
}
