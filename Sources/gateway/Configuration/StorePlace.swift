import Dispatch
import Documents
import Foundation
import Messaging
import Storage
import Vocabulary

/// Where the store is: a file, or a database of a PostgreSQL server.
extension Configuration {
    /// As people call it.
    var storeName: String { postgreSQL?.name ?? storePath }

    /// The store, with its master key where it is encrypted. A file is made where there is none.
    func openStore(
        maxPending: Int = 16, underway: CommitsUnderway = CommitsUnderway(),
        onCommit: @escaping @Sendable (_ units: Int, _ took: Duration) -> Void = { _, _ in }
    ) throws(StoreError) -> any Database {
        guard let postgreSQL else {
            return try SQLiteDatabase(
                path: storePath, maxPending: maxPending, underway: underway, encryption: encryption, onCommit: onCommit)
        }
        return try PostgreSQLDatabase(
            postgreSQL, maxPending: maxPending, underway: underway, encryption: encryption, onCommit: onCommit)
    }

    /// - Throws: `CommandFailure` where there is none yet.
    func openExistingStore() async throws -> any Database {
        let missing = CommandFailure(
            at: storeName, "尚不存在；serve 与 migrate 会建立它。", "does not exist yet; serve and migrate make it.")
        guard postgreSQL != nil || FileManager.default.fileExists(atPath: storePath) else { throw missing }
        let database = try openStore()
        if postgreSQL != nil, try await !database.isMade() {
            await database.close()
            throw missing
        }
        return database
    }

    /// Where the identity key lies without the store that it belongs to: the store was removed, or its disk is not mounted. To
    /// begin an empty one would acknowledge referrals again that were acknowledged before, and lose what was there from sight.
    var lostStore: Complaint? {
        guard postgreSQL == nil, !FileManager.default.fileExists(atPath: storePath),
            FileManager.default.fileExists(atPath: identityKeyFile)
        else { return nil }
        return Complaint(
            file: storePath, line: nil,
            text:
                "存储文件不在，而它的身份密钥 \(identityKeyFile) 还在：请确认磁盘已挂载，或用 gateway restore 从备份恢复；确要另建空库时运行 gateway migrate。the store's file is not there, and its identity key \(identityKeyFile) is: mount its disk, or restore the last backup with gateway restore; to begin with an empty store on purpose, run gateway migrate"
        )
    }

    /// The store of what only a file allows.
    ///
    /// - Parameter remedy: what to do instead where the store is no file.
    /// - Throws: `CommandFailure` with it.
    func openFile(insteadOfServer remedy: LocalizedText) throws -> SQLiteDatabase {
        guard postgreSQL == nil else { throw CommandFailure(remedy.at(storeName)) }
        return try SQLiteDatabase(path: storePath, maxPending: 16, encryption: encryption)
    }
}

extension ConfigurationReader {
    /// - Returns: nothing where the store is a file.
    mutating func postgreSQL(in element: Node) -> PostgreSQLSettings? {
        guard let text = attribute("postgresql", of: element) else {
            if attribute("path", of: element) == nil {
                complain(at: element, "<store> needs path, for a file, or postgresql, for a database")
            }
            return nil
        }
        if attribute("path", of: element) != nil {
            complain(at: element, "path and postgresql do not go together: the store is in one place")
        }
        do throws(StoreError) {
            return try PostgreSQLSettings(text)
        } catch {
            complain(at: element, error.told.at("postgresql").spoken)
            return nil
        }
    }
}
