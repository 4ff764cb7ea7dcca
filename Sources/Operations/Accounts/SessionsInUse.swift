import Synchronization

/// Sessions that were looked up lately: a request of one of them may bring a large form before it is looked up again.
final class SessionsInUse: Sendable {
    private static let most = 10_000

    private let hashes = Mutex<Set<String>>([])

    func note(_ hash: String) {
        hashes.withLock { hashes in
            if hashes.count >= Self.most { hashes = [] }
            hashes.insert(hash)
        }
    }

    func forget(_ hash: String) { hashes.withLock { _ = $0.remove(hash) } }
    func contains(_ hash: String) -> Bool { hashes.withLock { $0.contains(hash) } }
}
