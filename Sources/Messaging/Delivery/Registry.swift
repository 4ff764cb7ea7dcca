import Synchronization
import Vocabulary

/// Who is known to the gateway now: everybody who holds it sees at once what a reload has changed.
public final class Registry: Sendable {
    private struct Entries {
        var partners: [String: Partner]
        var institutions: [String: Institution]
        var senderKinds: SenderKinds
        var alarmSystem: ReturnAddress?
    }

    private let entries: Mutex<Entries>

    public init(
        partners: [Partner], institutions: [Institution], senderKinds: SenderKinds = SenderKinds(),
        alarmSystem: ReturnAddress? = nil
    ) {
        entries = Mutex(
            Entries(
                partners: Dictionary(partners.map { ($0.id, $0) }) { first, _ in first },
                institutions: Dictionary(institutions.map { ($0.code, $0) }) { first, _ in first },
                senderKinds: senderKinds, alarmSystem: alarmSystem))
    }

    /// Whoever another one knows is known from now on, and nobody else.
    public func adopt(_ other: Registry) {
        let fresh = other.entries.withLock { $0 }
        entries.withLock { $0 = fresh }
    }

    /// By their ids.
    public var partners: [String: Partner] { entries.withLock { $0.partners } }
    /// By their codes.
    public var institutions: [String: Institution] { entries.withLock { $0.institutions } }
    /// Every kind that a sender can be of.
    public var senderKinds: SenderKinds { entries.withLock { $0.senderKinds } }
    /// Where alerts are pushed to; nothing where they go to the log only.
    public var alarmSystem: ReturnAddress? { entries.withLock { $0.alarmSystem } }

    /// The institution of the whole city: the one whose division is a prefecture-level city's (GB/T 2260 `xxxx00`).
    public var cityCentre: String? {
        institutions.values.filter { $0.division?.hasSuffix("00") ?? false }.map(\.code).min()
    }

    /// The queues that institutions lease from, and are not pushed.
    public var leasedQueues: [String] {
        let leasing = institutions.values.filter { $0.push == nil }.map(\.code).sorted()
        return leasing + leasing.map { LeadQueue.name(of: $0) }
    }

    /// Until when a message to an institution is tried; without an end where the institution fetches it itself.
    public func keepUntil(_ institution: String?, from now: Instant) -> Instant? {
        guard let institution, let push = institutions[institution]?.push else { return nil }
        return now.advanced(milliseconds: push.retryPolicy.keep)
    }
}
