import Messaging

/// How far a store is encrypted.
public enum EncryptionState: Sendable, Hashable {
    case clear
    /// Values or freed pages from before may be in clear.
    case partly(key: Int64)
    case sealed(key: Int64)

    fileprivate static let missingMasterKey = StoreError.failed(
        "the store is encrypted: name its master key by <encryption> in gateway.xml")
}

extension Database {
    /// Opens the keys of an encrypted store, or makes those of one that is to be encrypted from now on.
    ///
    /// - Throws: `StoreError.failed` where the master key is missing or another one: nothing is ever made anew over keys
    ///   that are there.
    func prepareKeys(_ connection: any SQLConnection) throws(StoreError) {
        if let keys { return try keys.prepare(connection) }
        guard try DataKeys.all(connection).isEmpty else {
            throw EncryptionState.missingMasterKey
        }
    }

    /// Opens every key: what cannot be opened is known now, and not when a value is asked for.
    func openKeys() async throws(StoreError) {
        guard let keys else { return }
        try await read { connection throws(StoreError) in try keys.load(connection) }
    }

    /// - Throws: `StoreError.failed` where the store is encrypted and its master key is not given, or another one.
    public func encryptionState() async throws(StoreError) -> EncryptionState {
        try await read { [keys] connection throws(StoreError) in
            guard let newest = try DataKeys.newest(connection) else { return .clear }
            guard let keys else { throw EncryptionState.missingMasterKey }
            try keys.load(connection)
            let holdsClear = try connection.query("SELECT holds_clear FROM sealing", []) { row throws(StoreError) in
                try row.flag("holds_clear")
            }.first
            return holdsClear == true ? .partly(key: newest) : .sealed(key: newest)
        }
    }

    /// Whether sealed values of an encrypted store can be opened.
    public var holdsKeys: Bool { keys != nil }

    /// How a number that somebody may quote stands in an index: as it is, or as its keyed hash in an encrypted store.
    func lookUp(_ text: String) throws(StoreError) -> String { try keys?.hash(text) ?? text }
}
