import Messaging
import Synchronization
import Transport
import Vocabulary

/// What a node knows of a partner's exchange folders. It is told once, and asked by those who watch.
final class FolderLedger: Sendable {
    struct Place: Sendable, Hashable {
        let folder: ExchangeFolder
        let name: ExchangeFolder.Name
    }

    private struct Known {
        /// Complete files without an answer, and since when.
        var waiting: [ExchangeFolder.Name: Instant] = [:]
        /// Why they wait, as it was last told.
        var reasons: [ExchangeFolder.Name: String] = [:]
        /// What could be neither read nor laid aside, as it was when that was told.
        var unread: [Place: (version: ExchangeFolder.Version, since: Instant)] = [:]
        var fault: (code: String, since: Instant)?
    }

    private let known = Mutex(Known())

    /// Notes a look: the complete files, and since when each is there.
    func looked(_ files: [(name: ExchangeFolder.Name, since: Instant)], in inbox: ExchangeFolder) {
        known.withLock { known in
            let waiting = files.filter { known.unread[Place(folder: inbox, name: $0.name)] == nil }
            // A claim is no new beginning.
            known.waiting = Dictionary(
                waiting.map { ($0.name, min($0.since, known.waiting[$0.name] ?? $0.since)) }, uniquingKeysWith: min)
            known.reasons = known.reasons.filter { known.waiting[$0.key] != nil }
        }
    }

    /// It has its answer, or will have none.
    func settled(_ name: ExchangeFolder.Name) {
        known.withLock { known in
            known.waiting[name] = nil
            known.reasons[name] = nil
        }
    }

    /// - Returns: whether it is news that the file waits for this reason.
    func waits(_ name: ExchangeFolder.Name, _ reason: String) -> Bool {
        known.withLock { $0.reasons.updateValue(reason, forKey: name) != reason }
    }

    /// - Returns: whether it is news that this file cannot be read or laid aside.
    func cannotRead(_ place: Place, _ version: ExchangeFolder.Version, at now: Instant) -> Bool {
        known.withLock { known in
            guard known.unread[place]?.version != version else { return false }
            known.unread[place] = (version, known.unread[place]?.since ?? now)
            return true
        }
    }

    /// Forgets those that are gone, or have changed since.
    func reviewUnread() {
        let gone = known.withLock(\.unread).filter { $0.key.folder.version(of: $0.key.name) != $0.value.version }
        known.withLock { known in
            for place in gone.keys { known.unread[place] = nil }
        }
    }

    /// - Parameter code: why the folders themselves cannot be worked; `nil`: they can.
    /// - Returns: whether that is news.
    func fails(_ code: String?, at now: Instant) -> Bool {
        known.withLock { known in
            guard known.fault?.code != code else { return false }
            known.fault = code.map { ($0, known.fault?.since ?? now) }
            return true
        }
    }

    /// - Parameter limit: how long a file may wait for its answer.
    func report(of partner: String, limit: Duration, at now: Instant) -> ExchangeReport {
        known.withLock { known in
            ExchangeReport(
                partnerID: partner, waiting: known.waiting.count, oldest: known.waiting.values.min(),
                late: known.waiting.values.count { $0.advanced(by: limit) <= now }, unread: known.unread.count,
                isAtFault: known.fault != nil,
                troubledSince: (known.unread.values.map(\.since) + [known.fault?.since].compactMap(\.self)).min())
        }
    }
}
