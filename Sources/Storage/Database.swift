import Messaging
import Vocabulary

/// A value that goes into or comes out of a column.
public enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    /// Bytes and text that can hold personal data, sealed on their way where the store is encrypted.
    case sealed([UInt8], SealedColumn)
    case sealedText(String, SealedColumn)

    /// Question marks for so many values of a list; a list of none is like nothing.
    static func marks(_ count: Int) -> String {
        count == 0 ? "NULL" : repeatElement("?", count: count).joined(separator: ", ")
    }
    static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
    static func optional(_ number: Int64?) -> SQLValue { number.map(SQLValue.integer) ?? .null }
    static func instant(_ instant: Instant) -> SQLValue { .integer(instant.milliseconds) }
    static func optional(_ instant: Instant?) -> SQLValue { instant.map(SQLValue.instant) ?? .null }
    static func optional(_ blob: [UInt8]?) -> SQLValue { blob.map(SQLValue.blob) ?? .null }
    static func optionalSealed(_ bytes: [UInt8]?, _ column: SealedColumn) -> SQLValue {
        bytes.map { .sealed($0, column) } ?? .null
    }
    static func optionalSealed(_ text: String?, _ column: SealedColumn) -> SQLValue {
        text.map { .sealedText($0, column) } ?? .null
    }
    static func int(_ number: Int) -> SQLValue { .integer(Int64(number)) }
    static func flag(_ isSet: Bool) -> SQLValue { .integer(isSet ? 1 : 0) }
    static func word(_ word: some RawRepresentable<String>) -> SQLValue { .text(word.rawValue) }
    static func optional(_ word: (some RawRepresentable<String>)?) -> SQLValue {
        word.map { .text($0.rawValue) } ?? .null
    }
}

/// A connection inside a transaction.
public protocol SQLConnection {
    var dialect: Dialect { get }
    /// Tells the other nodes, once the transaction is durable, that something was queued for an endpoint.
    func announce(_ endpoint: Endpoint)
    /// - Returns: how many rows the statement changed.
    @discardableResult
    func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int
    func query<Result>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(StoreError) -> Result
    ) throws(StoreError) -> [Result]
    /// The same, of a result that may be larger than memory: a part of it is held at a time.
    func scan<Result>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(StoreError) -> Result
    ) throws(StoreError) -> [Result]
}

extension SQLConnection {
    /// There are none.
    func announce(_ endpoint: Endpoint) {}

    func scan<Result>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(StoreError) -> Result
    ) throws(StoreError) -> [Result] { try query(sql, values, read) }
}

/// A relational database that commits in groups.
public protocol Database: Sendable {
    /// Runs the work inside the next group's transaction and returns after that is durable. Work that throws is undone
    /// alone; the others of its group stay. Work may run again from the start where others of its group fail, so it
    /// changes nothing but the database.
    ///
    /// - Throws: `StoreError.unsafe` where the file is lost or damaged, before or by the time that the work was done.
    func write<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result

    /// The same, of what is told although the file is lost or damaged: alerts about just that.
    func writeRegardless<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result

    /// What is wrong with the file as a whole, as far as it is known now.
    var fault: StoreFault? { get }

    /// Runs the work on one snapshot.
    func read<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result

    /// Gives at most so many pages that nothing stands on any more back to the file system, and says how many it were.
    func freeSpace(pages: Int) async throws(StoreError) -> Int

    /// Empties the log of changes, so that nothing that was erased stands in it, as far as readers allow.
    func clearLog() async throws(StoreError)

    /// Brings the schema to this release, and opens the keys of an encrypted store.
    ///
    /// - Throws: `StoreError.failed` where the store is encrypted and its master key is not given, or another one.
    func migrate() async throws(StoreError)

    /// The keys of an encrypted store; nothing where no encryption is configured.
    var keys: KeyRing? { get }

    /// Reads through what the database itself does not look after, beside whatever else goes on.
    ///
    /// - Throws: `StoreError.corrupt` where it is damaged.
    func inspect() async throws(StoreError)

    /// Hears of what other nodes announce from now on, as far as it can.
    func onAnnounced(_ heard: @escaping @Sendable (Set<Endpoint>) -> Void)

    /// Finishes what was handed in and closes.
    func close() async
}

extension Database {
    /// There are no other nodes.
    public func onAnnounced(_ heard: @escaping @Sendable (Set<Endpoint>) -> Void) {}

    /// Whether anything was ever made in it.
    public func isMade() async throws(StoreError) -> Bool {
        try await read { connection throws(StoreError) in try connection.schemaVersion() > 0 }
    }

    /// What `migrate` would do to the schema; it is only looked at.
    ///
    /// - Throws: `StoreError.newerSchema` where it is a newer release's.
    public func schemaPlan() async throws(StoreError) -> SchemaPlan {
        try await read { connection throws(StoreError) in
            let found = try connection.schemaVersion()
            guard found <= Migration.all.count else { throw .newerSchema(found, reads: Migration.all.count) }
            let steps =
                switch connection.dialect {
                case .sqlite: Migration.all.enumerated().map { ($0.offset + 1, $0.element.purpose) }
                case .postgreSQL: Migration.postgreSQL.map { ($0.version, Migration.purpose(of: $0.script)) }
                }
            return SchemaPlan(
                found: found, wanted: Migration.all.count,
                steps: steps.filter { $0.0 > found }.map { SchemaPlan.Step(number: $0.0, purpose: $0.1) })
        }
    }

    /// Whether its schema is this release's.
    ///
    /// - Throws: `StoreError.newerSchema` where it is a newer release's.
    public func isMigrated() async throws(StoreError) -> Bool {
        let schema = try await read { connection throws(StoreError) in try connection.schemaVersion() }
        guard schema <= Migration.all.count else { throw .newerSchema(schema, reads: Migration.all.count) }
        return schema == Migration.all.count
    }
}

/// The way from the schema that a store has to that of this release.
public struct SchemaPlan: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        /// What the store's schema is called after it.
        public let number: Int
        /// Why, as the script's author wrote it.
        public let purpose: String
    }

    /// What the store has; 0 where nothing was ever made in it.
    public let found: Int
    public let wanted: Int
    public let steps: [Step]
}
