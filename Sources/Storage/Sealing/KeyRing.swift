import Messaging
import Synchronization

/// A store's data keys, opened by the master key. Every writing transaction begins by looking which is the newest, so that
/// nothing is sealed by an old one after a rotation has begun, in whatever process.
public final class KeyRing: Sendable {
    /// The key of look-ups: it is never changed, since what was found by it must be found on.
    static let lookUpID: Int64 = 0

    /// No number in clear begins so: those are in capitals.
    static let hashMark = "h:"

    private struct State {
        var ciphers: [Int64: any PayloadCipher] = [:]
        var newest: Int64?
        /// Whether the schema knows of keys and the store has some.
        var isPrepared = false
        /// Why nothing can be sealed.
        var problem: StoreError?
    }

    let master: any MasterKey
    private let state = Mutex(State())

    init(_ master: any MasterKey) { self.master = master }

    // MARK: Keys

    /// Makes the keys of a store that has none yet. They are opened by the next transaction: were this one undone, nothing
    /// must have been sealed by keys that nobody has.
    func prepare(_ connection: any SQLConnection) throws(StoreError) {
        if try DataKeys.all(connection).isEmpty {
            let holdsClear = try DataKeys.holdsRows(connection)
            for id in [Self.lookUpID, Self.lookUpID + 1] { try make(id, connection) }
            try connection.run("INSERT INTO sealing (id, holds_clear) VALUES (1, ?)", [.flag(holdsClear)])
        }
        state.withLock { $0.isPrepared = true }
    }

    func make(_ id: Int64, _ connection: any SQLConnection) throws(StoreError) {
        try DataKeys.insert(id, suite: master.suite, key: try master.makeKey(), by: master, connection)
    }

    /// Opens whatever key is not open yet.
    ///
    /// - Throws: `StoreError.failed` where the master key is another one.
    func load(_ connection: any SQLConnection) throws(StoreError) {
        let known = state.withLock { Set($0.ciphers.keys) }
        let rows = try DataKeys.all(connection).filter { !known.contains($0.id) }
        guard !rows.isEmpty else { return }
        let bytes = try master.bytes()
        for row in rows {
            let cipher = try master.cipher(row.suite, key: try row.unwrapped(by: bytes, master))
            state.withLock { $0.ciphers[row.id] = cipher }
        }
    }

    /// At the beginning of every writing transaction. Where the newest key cannot be opened, sealing fails, and whatever
    /// needs no sealing goes on.
    func follow(_ connection: any SQLConnection) throws(StoreError) {
        guard state.withLock({ $0.isPrepared }) else { return }
        let newest = try DataKeys.newest(connection)
        let isKnown = state.withLock { state in
            guard let newest, state.ciphers[newest] != nil else { return false }
            (state.newest, state.problem) = (newest, nil)
            return true
        }
        if isKnown { return }
        do throws(StoreError) {
            try load(connection)
            state.withLock { $0.newest = newest }
        } catch {
            state.withLock { ($0.newest, $0.problem) = (nil, error) }
        }
    }

    // MARK: Values

    /// - Returns: the value as it is to stand in the column; nothing stays nothing.
    func seal(_ plain: [UInt8], _ column: SealedColumn) throws(StoreError) -> [UInt8] {
        if plain.isEmpty { return plain }
        let (key, cipher, problem) = state.withLock { state in
            (state.newest, state.newest.flatMap { state.ciphers[$0] }, state.problem)
        }
        guard let key, let cipher else { throw problem ?? .failed("no data key is open") }
        let header = SealedValue.header(key: key, column)
        return header + (try cipher.seal(plain, context: header))
    }

    /// - Parameters:
    ///   - column: as which it must have been sealed; nothing where a statement computes the column.
    ///   - connection: asked for keys that came after those that are open.
    /// - Returns: nothing where it was not sealed so, or is damaged.
    func open(
        _ container: [UInt8], as column: SealedColumn?, _ connection: any SQLConnection
    ) throws(StoreError) -> [UInt8]? {
        switch SealedValue.content(of: container) {
        case .clear(let bytes): return bytes
        case .damaged: return nil
        case .sealed(let key, let number, let header, let body):
            if let column, column.rawValue != number { return nil }
            guard let cipher = try cipher(key, connection) else { return nil }
            return cipher.open(body, context: header)
        }
    }

    private func cipher(_ key: Int64, _ connection: any SQLConnection) throws(StoreError) -> (any PayloadCipher)? {
        if let cipher = state.withLock({ $0.ciphers[key] }) { return cipher }
        try load(connection)
        return state.withLock { $0.ciphers[key] }
    }

    /// How a number that somebody may quote stands in an index.
    func hash(_ text: String) throws(StoreError) -> String {
        guard let cipher = state.withLock({ $0.ciphers[Self.lookUpID] }) else { throw .failed("no data key is open") }
        return Self.hashMark + cipher.hash(text)
    }
}
