import Messaging
import Synchronization
import Transport
import Vocabulary

/// Counts credentials that were refused, and writes them into the audit trail now and then: a row for each way and place
/// that they came from, however many there were. Who floods the listener fills neither memory nor trail.
public final class RefusedCredentials: Sendable {
    private struct Kind: Hashable {
        let refusal: Router.Refusal
        let caller: String
        let source: String
    }

    /// Kinds that are told apart between two writings; what comes on top is counted together.
    static let limit = 20

    private let store: any AuditStore
    private let now: @Sendable () -> Instant
    private let counts = Mutex<[Kind: Int]>([:])

    public init(store: any AuditStore, now: @escaping @Sendable () -> Instant) {
        self.store = store
        self.now = now
    }

    /// - Parameter caller: who it is, where the credential is known.
    public func note(_ refusal: Router.Refusal, of caller: Caller?, from source: String) {
        counts.withLock { counts in
            var kind = Kind(refusal: refusal, caller: caller?.id ?? "unknown", source: source)
            if counts[kind] == nil, counts.count >= Self.limit {
                kind = Kind(refusal: refusal, caller: "unknown", source: "other")
            }
            counts[kind, default: 0] += 1
        }
    }

    /// Writes down what was counted. What cannot be written is counted on.
    public func flush() async throws(StoreError) {
        let taken = counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
        var left = taken
        do throws(StoreError) {
            for (kind, count) in taken.sorted(by: { ($0.key.source, $0.key.caller) < ($1.key.source, $1.key.caller) }) {
                try await store.record(
                    AuditAct(
                        system: .credentialRefused, on: kind.caller,
                        detail: "\(kind.refusal.name) ×\(count) \(kind.source)", at: now()))
                left[kind] = nil
            }
        } catch {
            counts.withLock { $0.merge(left, uniquingKeysWith: +) }
            throw error
        }
    }
}
