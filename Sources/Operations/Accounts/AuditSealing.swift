import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// Puts the end of the audit chain under the gateway's key, and hands it out now and then, to be kept where nobody who could
/// change the store can reach it.
public actor AuditSealing {
    private let store: any AuditStore
    private let key: KeyedHash
    private let now: @Sendable () -> Instant
    private let interval: Duration
    private let handOut: @Sendable (AuditSeal) throws -> Void
    private var sealed: AuditHead?
    private var handedOut: AuditSeal?

    /// - Parameters:
    ///   - interval: from one head handed out to the next.
    ///   - handOut: keeps a seal elsewhere; tried again at the next turn where it throws.
    public init(
        store: any AuditStore, key: KeyedHash, every interval: Duration, now: @escaping @Sendable () -> Instant,
        handOut: @escaping @Sendable (AuditSeal) throws -> Void
    ) {
        self.store = store
        self.key = key
        self.interval = interval
        self.now = now
        self.handOut = handOut
    }

    /// Seals the chain's end where it has moved, and hands the seal out where it is time.
    public func run() async throws {
        guard let head = try await store.auditHead() else { throw StoreError.corrupt("audit_head") }
        guard head != .start else { return }
        let at = now()
        let seal = AuditSeal(head: head, at: at, code: key.hash(AuditSeal.text(of: head, at: at)))
        if head != sealed {
            try await store.addAuditSeal(seal)
            sealed = head
        }
        guard handedOut.map({ $0.head != head && at >= $0.at.advanced(by: interval) }) ?? true else { return }
        try handOut(seal)
        handedOut = seal
    }
}

extension AuditSeal {
    /// A line of the file that heads are kept in; `gateway audit verify --head` reads it.
    public var json: JSONValue {
        [
            "seq": JSONValue(head.seq), "hash": .string(head.hash), "at": .string(at.rfc3339), "code": .string(code),
        ]
    }
}
