import Messaging
import Observability
import StrictJSON
import Synchronization
import Transport
import Vocabulary

/// Puts the end of the audit chain under the gateway's key, and hands it out now and then, to be kept where nobody who could
/// change the store can reach it.
public actor AuditSealing {
    /// The chain does not end, or does not go on, as it was sealed. It is left as it is, and not sealed again.
    public struct Broken: Error {}

    private let store: any AuditStore
    private let key: KeyedHash
    private let watch: AuditTrailWatch
    private let memory: (any AuditHeadMemory)?
    private let now: @Sendable () -> Instant
    private let interval: Duration
    private let handOut: @Sendable (AuditSeal) throws -> Void
    private var sealed: AuditHead?
    private var handedOut: AuditSeal?

    /// - Parameters:
    ///   - memory: remembers the end outside the store.
    ///   - watch: is told whether the chain goes on as it was sealed.
    ///   - interval: from one head handed out to the next.
    ///   - handOut: keeps a seal elsewhere; tried again at the next turn where it throws.
    public init(
        store: any AuditStore, key: KeyedHash, memory: (any AuditHeadMemory)?, watch: AuditTrailWatch,
        every interval: Duration, now: @escaping @Sendable () -> Instant,
        handOut: @escaping @Sendable (AuditSeal) throws -> Void
    ) {
        self.store = store
        self.key = key
        self.memory = memory
        self.watch = watch
        self.interval = interval
        self.now = now
        self.handOut = handOut
    }

    /// Seals the chain's end where it has moved, and hands the seal out where it is time.
    ///
    /// - Throws: `Broken`, where the chain does not go on as it was sealed; `StoreError`; and what handing out throws.
    public func run() async throws {
        let at = now()
        guard try await goesOn(at: at) else {
            watch.tell(isBroken: true, at: at)
            throw Broken()
        }
        watch.tell(isBroken: false, at: at)
        guard let head = try await store.auditHead() else { throw StoreError.corrupt("audit_head") }
        guard head != .start else { return }
        let seal = AuditSeal(head: head, at: at, code: key.hash(AuditSeal.text(of: head, at: at)))
        if head != sealed {
            try await store.addAuditSeal(seal, endCode: key.hash(seal.endText))
            sealed = head
        }
        // After the store has it: what it does not have yet is not missed there.
        if let memory, try memory.remembered()?.head != head { try memory.remember(seal) }
        guard handedOut.map({ $0.head != head && at >= $0.at.advanced(by: interval) }) ?? true else { return }
        try handOut(seal)
        handedOut = seal
    }

    /// Whether the chain has that row.
    private func passes(_ head: AuditHead) async throws(StoreError) -> Bool {
        guard head.seq > 0 else { return false }
        return try await store.auditEntries(
            AuditFilter(), after: head.seq - 1, newestFirst: false, limit: 1
        ).first?.head == head
    }

    /// Whether the chain still passes through the end that was sealed last. The first time, that is where it begins.
    private func goesOn(at: Instant) async throws -> Bool {
        let known = try memory?.remembered()
        if let known, try await !passes(known.head) { return false }
        guard let end = try await store.auditEnd() else {
            guard sealed == nil, known == nil, try await store.lastAuditEntry(of: .beginSealing) == nil else {
                return false
            }
            let key = key
            try await store.beginAuditSealing(AuditAct(system: .beginSealing, on: "audit", detail: "", at: at)) {
                head in
                key.hash(AuditSeal.endText(of: head, at: at))
            }
            return true
        }
        let former = try await store.lastAuditEntry(of: .giveUpIdentityKey)?.seq ?? 0
        guard end.head.seq < former || end.isOfEnd(under: key),
            [sealed, known?.head].compactMap(\.self).allSatisfy({ $0.seq <= end.head.seq })
        else { return false }
        return try await passes(end.head)
    }
}

/// What this node knows of the audit trail: whether it goes on as it was sealed.
public final class AuditTrailWatch: Sendable {
    private let since = Mutex<Instant?>(nil)

    public init() {}

    /// Since when it is known not to; nothing where it does.
    public var brokenSince: Instant? { since.withLock(\.self) }

    func tell(isBroken: Bool, at moment: Instant) {
        since.withLock { $0 = isBroken ? $0 ?? moment : nil }
    }
}

extension AuditSeal {
    /// Whether it was made under the key for an end, and not for a head on the way.
    func isOfEnd(under key: KeyedHash) -> Bool { Digest.isEqual(key.hash(endText), code) }

    /// A line of the file that heads are kept in; `gateway audit verify --head` reads it.
    public var json: JSONValue {
        [
            "seq": JSONValue(head.seq), "hash": .string(head.hash), "at": .string(at.rfc3339), "code": .string(code),
        ]
    }
}
