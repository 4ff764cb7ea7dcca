import Foundation
import Messaging
import PrivatePostgreSQL
import Synchronization
import Testing

@testable import Storage

/// The databases that the store's tests run against.
enum StoreKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite
    case postgreSQL

    static let tried = PrivatePostgreSQL.isInstalled ? allCases : [.sqlite]

    var testDescription: String { rawValue }
}

@Test(.enabled(if: PrivatePostgreSQL.isInstalled, Comment(rawValue: PrivatePostgreSQL.skipped)))
func `the tests of the store run against PostgreSQL as well`() throws {
    #expect(StoreKind.tried == StoreKind.allCases)
}

/// A store in a folder of its own, or a database of its own, that goes with it.
final class TemporaryStore: Sendable {
    let folder: URL
    let database: any Database
    let store: SQLMessageStore
    private let sizes = Sizes()
    private let databaseName: String?
    private let gathering: @Sendable () -> Int

    /// How many writes each transaction carried; whole once the database is closed.
    var groups: [Int] { sizes.all.withLock { $0 } }
    /// How many wait for a group that is not whole yet.
    var gatheringCount: Int { gathering() }

    private final class Sizes: Sendable {
        let all = Mutex<[Int]>([])
    }

    init(
        _ kind: StoreKind = .sqlite, underway: CommitsUnderway = CommitsUnderway(),
        patience: DispatchTimeInterval = .milliseconds(4)
    ) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let note: @Sendable (Int, Duration) -> Void = { [sizes] units, _ in sizes.all.withLock { $0.append(units) } }
        switch kind {
        case .sqlite:
            let file = try SQLiteDatabase(
                path: folder.appending(path: "store.sqlite").path, maxPending: 4096, underway: underway,
                patience: patience, onCommit: note)
            (database, databaseName, gathering) = (file, nil, { file.gatheringCount })
        case .postgreSQL:
            let server = try PrivatePostgreSQL.shared()
            let name = try server.makeDatabase()
            let opened = try PostgreSQLDatabase(
                PostgreSQLSettings(server.connection(to: name)), maxPending: 4096, readerCount: 2, underway: underway,
                patience: patience, onCommit: note)
            (database, databaseName, gathering) = (opened, name, { opened.gatheringCount })
        }
        store = try await SQLMessageStore(database: database)
    }

    /// SQLite's own, where a test is of its file.
    var file: SQLiteDatabase { get throws { try #require(database as? SQLiteDatabase) } }

    /// The same store as another node opens it.
    func opened() throws -> any Database {
        guard let databaseName else {
            return try SQLiteDatabase(path: folder.appending(path: "store.sqlite").path, maxPending: 4096)
        }
        return try PostgreSQLDatabase(
            PostgreSQLSettings(try PrivatePostgreSQL.shared().connection(to: databaseName)), maxPending: 4096,
            readerCount: 2)
    }

    func remove() async {
        await database.close()
        if let databaseName { try? PrivatePostgreSQL.shared().dropDatabase(databaseName) }
        try? FileManager.default.removeItem(at: folder)
    }
}
