import Messaging

/// What a rotation of the data key has done.
public struct RotationReport: Sendable, Hashable {
    /// The key by which everything is sealed now.
    public let keyID: Int64
    /// Rows that were looked at, those of an earlier run that was broken off among them.
    public let rows: Int
    /// Rows that cannot be opened; the keys before this one are kept because of them.
    public let unreadable: [String]
    /// Whether values or freed pages of before were in clear.
    public let heldClear: Bool
}

extension SQLiteDatabase {
    /// Makes a new data key, seals every value by it, and removes the keys of before. It goes on where an earlier run was
    /// broken off. Others read and write meanwhile: it works in small transactions, and waits between them as long as each
    /// took.
    ///
    /// - Parameter progress: told after every transaction how many rows were looked at, of how many.
    /// - Throws: `StoreError.failed` where the store is not encrypted.
    public func rotateDataKey(
        progress: @escaping @Sendable (_ rows: Int, _ all: Int) -> Void
    ) async throws(StoreError) -> RotationReport {
        guard let keys else { throw .failed("no encryption is configured") }
        let started = try await write { connection throws(StoreError) in try DataKeyRotation.start(keys, connection) }
        let all = try await read { connection throws(StoreError) in try DataKeyRotation.count(connection) }
        while true {
            let began = ContinuousClock.now
            let rows = try await write { connection throws(StoreError) in
                try DataKeyRotation(key: started.key, keys).step(connection)
            }
            guard let rows else { break }
            progress(rows, all)
            try await pause(ContinuousClock.now - began)
        }
        let unreadable = try await read { connection throws(StoreError) in
            try DataKeyRotation(key: started.key, keys).notSealed(connection)
        }
        let rows = try await write { connection throws(StoreError) in
            try DataKeyRotation(key: started.key, keys).finish(removesOld: unreadable.isEmpty, connection)
        }
        if started.holdsClear {
            try await rewrite()
            try await write { connection throws(StoreError) in
                _ = try connection.run("UPDATE sealing SET holds_clear = 0", [])
            }
        }
        return RotationReport(
            keyID: started.key, rows: rows, unreadable: unreadable, heldClear: started.holdsClear)
    }

    private func pause(_ length: Duration) async throws(StoreError) {
        do {
            try await Task.sleep(for: max(length, .milliseconds(1)))
        } catch {
            throw .closed
        }
    }

}

extension Database {
    /// Wraps the data keys by another master key. What is sealed stays as it is.
    ///
    /// - Returns: the new one's fingerprint.
    public func rewrapDataKeys(by new: any MasterKey) async throws(StoreError) -> String {
        guard let keys else { throw .failed("no encryption is configured") }
        let name = try await write { connection throws(StoreError) in
            try DataKeys.rewrap(from: keys.master, to: new, connection)
        }
        // What the old master key wraps is overwritten in the file; it must not be left in the log either.
        try await clearLog()
        return name
    }
}

/// One step after the other, each a transaction; where it is stands in the store.
struct DataKeyRotation {
    /// As much as one transaction changes at most.
    private static let batchRows = 200
    private static let batchBytes: Int64 = 1 << 20
    /// Before every row: what is left of erased ones lies before 0 (`Erased.moved`).
    private static let first: Int64 = -(1 << 62)
    /// As many rows as are named where they cannot be opened.
    private static let named = 100

    private let key: Int64
    private let keys: KeyRing

    init(key: Int64, _ keys: KeyRing) { (self.key, self.keys) = (key, keys) }

    private struct Place {
        var column: Int
        var position: Int64
        var rows: Int
    }

    /// - Returns: the key that a rotation under way seals by, or a new one.
    static func start(
        _ keys: KeyRing, _ connection: any SQLConnection
    ) throws(StoreError) -> (key: Int64, holdsClear: Bool) {
        let found = try connection.query("SELECT key_id, holds_clear FROM sealing", []) { row throws(StoreError) in
            (try row.optionalInteger("key_id"), try row.flag("holds_clear"))
        }.first
        guard let (underway, holdsClear) = found else { throw .corrupt("the row about encryption is gone") }
        if let underway { return (underway, holdsClear) }
        let key = (try DataKeys.newest(connection) ?? 0) + 1
        try keys.make(key, connection)
        try connection.run(
            "UPDATE sealing SET key_id = ?, place = 0, position = ?, rows_done = 0", [.integer(key), .integer(first)])
        return (key, holdsClear)
    }

    static func count(_ connection: any SQLConnection) throws(StoreError) -> Int {
        var all = 0
        for column in SealedColumn.allCases {
            let (table, name) = column.name
            all +=
                try connection.query(
                    "SELECT count(*) AS found FROM \(table) WHERE length(\(name)) > 0", []
                ) { row throws(StoreError) in try row.int("found") }.first ?? 0
        }
        return all
    }

    /// - Returns: how many rows were looked at so far; nothing where all were, or another process has finished.
    func step(_ connection: any SQLConnection) throws(StoreError) -> Int? {
        guard var place = try place(connection), place.column <= SealedColumn.allCases.count else { return nil }
        let seen =
            place.column < SealedColumn.allCases.count
            ? try reseal(SealedColumn.allCases[place.column], after: place.position, connection)
            : try hashReferences(after: place.position, connection)
        if let last = seen.last {
            place.position = last
            place.rows += place.column < SealedColumn.allCases.count ? seen.count : 0
        } else {
            (place.column, place.position) = (place.column + 1, Self.first)
        }
        try connection.run(
            "UPDATE sealing SET place = ?, position = ?, rows_done = ?",
            [.int(place.column), .integer(place.position), .int(place.rows)])
        return place.rows
    }

    private func place(_ connection: any SQLConnection) throws(StoreError) -> Place? {
        try connection.query(
            "SELECT place, position, rows_done FROM sealing WHERE key_id = ?", [.integer(key)]
        ) { row throws(StoreError) in
            Place(column: try row.int("place"), position: try row.integer("position"), rows: try row.int("rows_done"))
        }.first
    }

    /// Seals the next values of a column by the new key.
    ///
    /// - Returns: the rows that were looked at.
    private func reseal(
        _ column: SealedColumn, after position: Int64, _ connection: any SQLConnection
    ) throws(StoreError) -> [Int64] {
        let (table, name) = column.name
        let next = try connection.query(
            """
            SELECT rowid AS place, length(\(name)) AS size FROM \(table) WHERE rowid > ? AND length(\(name)) > 0
            ORDER BY rowid LIMIT ?
            """, [.integer(position), .int(Self.batchRows)]
        ) { row throws(StoreError) in (place: try row.integer("place"), size: try row.integer("size")) }
        var seen: [Int64] = []
        var bytes: Int64 = 0
        for row in next {
            guard seen.isEmpty || bytes + row.size <= Self.batchBytes else { break }
            bytes += row.size
            seen.append(row.place)
            try reseal(column, row: row.place, connection)
        }
        return seen
    }

    private func reseal(
        _ column: SealedColumn, row place: Int64, _ connection: any SQLConnection
    ) throws(StoreError) {
        let (table, name) = column.name
        let found = try connection.query("SELECT \(name) AS value FROM \(table) WHERE rowid = ?", [.integer(place)]) {
            row -> [UInt8] in
            if column.isText { return row.text(at: 0).sealedContainer }
            return row.blob(at: 0)
        }.first
        // What cannot be opened is told at the end.
        guard let found, !found.starts(with: SealedValue.prefix(key: key)),
            let plain = try keys.open(found, as: column, connection)
        else { return }
        let value: SQLValue =
            column.isText ? .sealedText(String(decoding: plain, as: UTF8.self), column) : .sealed(plain, column)
        try connection.run("UPDATE \(table) SET \(name) = ? WHERE rowid = ?", [value, .integer(place)])
        guard column == .referralRaw else { return }
        try connection.run(
            "UPDATE referral SET raw_bytes = ? WHERE rowid = ? AND raw_bytes IS NULL",
            [.int(plain.count), .integer(place)])
    }

    /// Numbers of before stand in the index as they are.
    private func hashReferences(
        after position: Int64, _ connection: any SQLConnection
    ) throws(StoreError) -> [Int64] {
        let next = try connection.query(
            "SELECT rowid AS place, value FROM reference WHERE rowid > ? ORDER BY rowid LIMIT ?",
            [.integer(position), .int(Self.batchRows)]
        ) { row throws(StoreError) in (place: try row.integer("place"), value: try row.text("value")) }
        for (place, value) in next where !value.hasPrefix(KeyRing.hashMark) {
            let changed = try connection.run(
                "UPDATE OR IGNORE reference SET value = ? WHERE rowid = ?",
                [.text(try keys.hash(value)), .integer(place)])
            // The hashed one is there already.
            if changed == 0 { try connection.run("DELETE FROM reference WHERE rowid = ?", [.integer(place)]) }
        }
        return next.map(\.place)
    }

    /// Rows that the new key has not sealed, which are those that cannot be opened.
    func notSealed(_ connection: any SQLConnection) throws(StoreError) -> [String] {
        var rows: [String] = []
        let prefix = SealedValue.prefix(key: key)
        for column in SealedColumn.allCases where rows.count < Self.named {
            let (table, name) = column.name
            let mark: SQLValue = column.isText ? .text(SealedValue.text(of: prefix)) : .blob(prefix)
            let length = column.isText ? prefix.count / 3 * 4 : prefix.count
            rows += try connection.query(
                """
                SELECT \(column.key) AS id FROM \(table)
                WHERE length(\(name)) > 0 AND substr(\(name), 1, ?) <> ? LIMIT ?
                """, [.int(length), mark, .int(Self.named)]
            ) { row throws(StoreError) in "\(table).\(name) of \(try row.text("id"))" }
        }
        return rows
    }

    /// - Returns: how many rows were looked at.
    func finish(removesOld: Bool, _ connection: any SQLConnection) throws(StoreError) -> Int {
        guard let rows = try place(connection)?.rows else { return 0 }
        try connection.run("UPDATE sealing SET key_id = NULL, place = 0, position = 0", [])
        if removesOld {
            try connection.run(
                "DELETE FROM data_key WHERE id NOT IN (?, ?)", [.integer(KeyRing.lookUpID), .integer(key)])
        }
        return rows
    }
}

extension String {
    /// The container that the text is, or its own bytes.
    fileprivate var sealedContainer: [UInt8] { SealedValue.container(inText: self) ?? Array(utf8) }
}
