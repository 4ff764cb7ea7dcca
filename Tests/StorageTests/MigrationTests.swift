import Foundation
import Messaging
import Testing
import Vocabulary

@testable import Storage

/// Every schema that a release ever had, with rows in every table, brought to this release's.
@Suite struct MigrationTests {
    /// What later migrations did to earlier schemas on purpose. A table or column that is in none of these keeps its rows
    /// and values.
    private static let newNames = [
        "dead_letter_pile": "dead_letter_count", "desk_job": "bulk_job", "outlet_pause": "endpoint_pause",
        "alert_notice": "alert_message",
    ]
    private static let newColumns = [
        "dead_letter_count.letters": "messages", "message.pile": "count_row",
        "dead_letter_resend.letter": "dead_letter",
        "bulk_job.claim": "lock_count", "application.road": "aid_route", "application.carrier": "application_message",
    ]
    private static let dropped: Set = ["related_case"]
    /// Words that were put right: schema 14 (states, causes, a history's word), and the chain of commits moves on.
    private static let rewritten: Set = [
        "application.referral_state", "application.aid_route", "message.cause", "dead_letter_count.cause",
        "history.event",
        "commit_link.previous", "commit_link.own",
    ]

    private typealias Dump = [String: (columns: [String], rows: [[SQLValue]])]

    private static func tables(_ connection: any SQLConnection) throws(StoreError) -> [String] {
        try connection.query(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name", []
        ) { row throws(StoreError) in try row.text("name") }
    }

    private struct Column {
        let name: String
        let type: String
        let isNeeded: Bool
    }

    private static func columns(of table: String, _ connection: any SQLConnection) throws(StoreError) -> [Column] {
        try connection.query(
            "SELECT name, type, \"notnull\" AS needed, dflt_value FROM pragma_table_info(?)", [.text(table)]
        ) {
            row throws(StoreError) in
            Column(
                name: try row.text("name"), type: try row.text("type"),
                isNeeded: try isNeeded(row))
        }
    }

    private static func isNeeded(_ row: any SQLRow) throws(StoreError) -> Bool {
        let hasDefault = try row.optionalText("dflt_value") != nil
        return try row.flag("needed") && !hasDefault
    }

    /// Fills every table of the schema.
    private static func fill(_ connection: any SQLConnection, schema: Int) throws(StoreError) {
        let tables = try tables(connection).sorted {
            (MigrationRows.order.firstIndex(of: $0) ?? .max, $0) < (MigrationRows.order.firstIndex(of: $1) ?? .max, $1)
        }
        for table in tables {
            let columns = try columns(of: table, connection)
            for (number, row) in MigrationRows.rows(of: table, schema: schema).enumerated() {
                var given = row.filter { name, _ in columns.contains { $0.name == name } }
                for column in columns where column.isNeeded && given[column.name] == nil {
                    given[column.name] =
                        switch column.type {
                        case "INTEGER": .int(1_700_000_000 + number)
                        case "BLOB": .blob([UInt8(number)])
                        default: .text("\(column.name)-\(number)")
                        }
                }
                let names = given.keys.sorted()
                try connection.run(
                    "INSERT OR REPLACE INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(SQLValue.marks(names.count)))",
                    names.map { given[$0] ?? .null })
            }
        }
    }

    private static func dump(_ connection: any SQLConnection) throws(StoreError) -> Dump {
        var dump: Dump = [:]
        for table in try tables(connection) {
            let columns = try columns(of: table, connection)
            let rows = try connection.query("SELECT * FROM \(table)", []) { row throws(StoreError) in
                var values: [SQLValue] = []
                for column in columns {
                    guard let place = row.place(of: column.name), !row.isNull(at: place) else {
                        values.append(.null)
                        continue
                    }
                    let value: SQLValue =
                        switch column.type {
                        case "INTEGER": .integer(try row.integer(at: place))
                        case "BLOB": .blob(row.blob(at: place))
                        default: .text(row.text(at: place))
                        }
                    values.append(value)
                }
                return values
            }
            dump[table] = (columns.map(\.name), rows)
        }
        return dump
    }

    /// The rows of a table by some of its columns, whatever their order.
    private static func rows(_ table: (columns: [String], rows: [[SQLValue]]), by names: [String]) throws -> [String] {
        let places = try names.map { name in try #require(table.columns.firstIndex(of: name), "\(name)") }
        return table.rows.map { row in "\(places.map { row[$0] })" }.sorted()
    }

    private static func old(_ file: String, schema: Int) throws -> Dump {
        let old = try SQLiteConnection(path: file, isNew: true)
        defer { old.close() }
        try old.execute("PRAGMA foreign_keys=OFF")
        for migration in Migration.all[..<schema] {
            for statement in migration.statements { try old.run(statement, []) }
        }
        try fill(old, schema: schema)
        try old.execute("PRAGMA application_id=\(0x4C47_4152); PRAGMA user_version=\(schema)")
        let wrong = try old.query("SELECT \"table\" AS name FROM pragma_foreign_key_check", []) {
            row throws(StoreError) in
            try row.text("name")
        }
        #expect(wrong == [], "the rows of the test name each other")
        return try dump(old)
    }

    @Test(arguments: 1...Migration.all.count)
    func `a store of any schema keeps every row through the migrations, and is read`(schema: Int) async throws {
        let home = try await TemporaryStore()
        let file = home.folder.appending(path: "old.sqlite").path
        let before = try Self.old(file, schema: schema)
        #expect(before.allSatisfy { !$0.value.rows.isEmpty || MigrationRows.keyTables.contains($0.key) })

        let database = try SQLiteDatabase(path: file, maxPending: 4)
        let store = try await SQLMessageStore(database: database)
        let after = try await database.read { connection throws(StoreError) in
            Box(try Self.dump(connection))
        }.value
        for (name, table) in before where !Self.dropped.contains(name) {
            let newName = Self.newNames[name] ?? name
            let kept = try #require(after[newName], "the table \(name) is gone")
            #expect(kept.rows.count == table.rows.count, "rows of \(name)")
            var pairs: [(old: String, new: String)] = []
            for column in table.columns {
                let newColumn = Self.newColumns["\(newName).\(column)"] ?? column
                let isRewritten = Self.rewritten.contains("\(newName).\(newColumn)")
                if !isRewritten || !kept.columns.contains(newColumn) { pairs.append((column, newColumn)) }
            }
            #expect(
                try Self.rows(table, by: pairs.map(\.old)) == Self.rows(kept, by: pairs.map(\.new)), "values of \(name)"
            )
        }
        try await read(store)
        let survey = try await database.survey()
        #expect(survey.damage == [] && survey.schema == Migration.all.count)
        #expect(try await database.unreadableRows(limit: 10) == [])
        #expect(try await database.deadLetterCountsAgree())
        try await change(store, database)
        await database.close()
        await home.remove()
    }

    /// What was there goes on: a case takes its next word, its limits end with it, and the bulletin counts both.
    private func change(_ store: SQLMessageStore, _ database: SQLiteDatabase) async throws {
        for state in ["queued", "signedIn"] {
            let record = try #require(try await store.application("LA-\(state)"))
            let change = CaseChange(of: record, nil, historyEvent: .entry(.caseEvent), actor: "court", at: start)
            #expect(try await store.changeCase(change) == .changed)
        }
        try await database.recountTallies()
        #expect(try await database.talliesAgree())
        #expect(try await !database.lacksTallies())
    }

    /// Asks for everything that the product reads.
    private func read(_ store: SQLMessageStore) async throws {
        for state in ["leadOnly", "queued", "signedIn", "returnedToSender", "cancelled"] {
            #expect(try await store.application("LA-\(state)")?.content == Array(#"{"a":1}"#.utf8))
        }
        #expect(try await store.application("LA-signedIn")?.standing.caseState == .accepted)
        #expect(try await store.referral(partner: "court", messageID: "M-accepted")?.id == "R-accepted")
        #expect(try await store.statusHistory("LA-queued").count == 1)
        #expect(try await store.tray().count == 5)
        #expect(try await store.deadLetter("DEAD-exhausted") != nil)
        #expect(try await store.deadLetterCauses(DeadLetterFilter()).count == 5)
        #expect(try await store.statistics().deadLetters.values.reduce(0, +) == 5)
        #expect(try await store.referrals(partner: "court", before: nil, limit: 10).count == 5)
        #expect(try await store.trace(referral: "R-accepted") != nil)
        #expect(try await store.document(referral: "R-invalid") != nil)
        #expect(try await !store.queueFigures().isEmpty)
        _ = try await store.partnerFigures("court", since: Instant(milliseconds: 0))
        _ = try await store.caseTallies(month: "2024-01")
        _ = try await store.clockTallies(
            from: Instant(milliseconds: 0), to: Instant(milliseconds: 4_000_000_000_000), now: start)
        _ = try await store.feed(partner: "court", after: nil, limit: 10, now: start)
        _ = try await store.lastDeliveries(among: 10)
        for optional in Optional.readers { try await optional(store) }
        #expect(try await store.lease(queue: "CZ-TN", max: 5, now: start, ends: start).count <= 1)
    }

    /// Tables that came later are empty in older stores.
    private enum Optional {
        static let readers: [@Sendable (SQLMessageStore) async throws -> Void] = [
            { _ = try await $0.clocks(ClockFilter(), after: nil, limit: 10) },
            { _ = try await $0.leads(LeadFilter(), after: nil, limit: 10) },
            { _ = try await $0.parkedFollowUps(limit: 10) },
            { _ = try await $0.followUps(of: "R-parked") },
            { _ = try await $0.evidence(of: ["p"], now: start) },
            { _ = try await $0.jobs(before: nil, limit: 10) },
            { _ = try await $0.accounts() },
            { _ = try await $0.session("t") },
            { _ = try await $0.openAlerts() },
            { _ = try await $0.auditEntries(AuditFilter(), after: nil, newestFirst: true, limit: 10) },
            { _ = try await $0.drift(partner: nil, week: "2024-W07", since: "2024-W01") },
            { _ = try await $0.pauses() },
            { _ = try await $0.upload("a", of: "court") },
            { _ = try await $0.identityFingerprint() },
        ]
    }

    /// Carries what is no value of its own out of a read.
    private struct Box: @unchecked Sendable {
        let value: Dump
        init(_ value: Dump) { self.value = value }
    }

    @Test func `a store of a newer release is told as what it is`() async throws {
        let home = try await TemporaryStore()
        try await home.database.write { connection throws(StoreError) in
            _ = try connection.run("PRAGMA user_version=\(Migration.all.count + 3)", [])
        }
        await home.database.close()
        let database = try SQLiteDatabase(path: home.folder.appending(path: "store.sqlite").path, maxPending: 4)
        let error = StoreError.newerSchema(Migration.all.count + 3, reads: Migration.all.count)
        await #expect(throws: error) { try await SQLMessageStore(database: database) }
        await #expect(throws: error) { try await database.isMigrated() }
        #expect(error.explanation?.zh.contains("第 \(Migration.all.count + 3) 版") == true)
        await database.close()
        await home.remove()
    }
}
