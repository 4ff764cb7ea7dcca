import Messaging
import Transport
import Vocabulary

/// The audit trail as auditors read it.
public struct AuditService: Sendable {
    let store: any AuditStore
    /// Makes the codes of seals; nothing where the key is not at hand.
    let key: KeyedHash?
    /// Of the end that was sealed last; nothing for a copy of the store that is somewhere else.
    let memory: (any AuditHeadMemory)?

    private static let pageSize = 500

    public init(store: any AuditStore, key: KeyedHash?, memory: (any AuditHeadMemory)?) {
        self.store = store
        self.key = key
        self.memory = memory
    }

    /// Newest first, before `seq`.
    public func entries(_ filter: AuditFilter, before seq: Int?, limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await store.auditEntries(filter, after: seq, newestFirst: true, limit: limit)
    }

    /// Reads the whole chain, a page at a time, and holds it against the store's head, its seals and heads kept elsewhere.
    ///
    /// - Parameter each: sees every row, for an export.
    public func verify(
        against known: [AuditHead] = [], each: (AuditEntry) throws -> Void = { _ in }
    ) async throws -> AuditVerifier {
        let noted = try await store.auditHead()
        // Seals of before were made under a key that was lost since; the chain must pass through them all the same.
        let former = try await store.lastAuditEntry(of: .giveUpIdentityKey)?.seq ?? 0
        let end = try await store.auditEnd()
        let remembered = try memory?.remembered()
        let (sealed, forged) = try await seals(since: former)
        var verifier = AuditVerifier(
            known: known + sealed + [noted, end?.head, remembered?.head].compactMap(\.self), sm3: Digest.sm3Hex)
        if noted == nil { verifier.note(.headless) }
        for seq in forged { verifier.note(.forgedSeal(seq: seq)) }
        if let key, let remembered, !Digest.isEqual(key.hash(remembered.text), remembered.code) {
            verifier.note(.forgedSeal(seq: remembered.head.seq))
        }
        if let key, let end, end.head.seq >= former, !end.isOfEnd(under: key) {
            verifier.note(.forgedEnd(seq: end.head.seq))
        }
        var (beginnings, last): (Int, Int?) = (0, nil)
        while true {
            let page = try await store.auditEntries(
                AuditFilter(), after: last, newestFirst: false, limit: Self.pageSize)
            guard let end = page.last else { break }
            for entry in page {
                verifier.read(entry)
                if entry.action == AuditAction.beginSealing.rawValue {
                    beginnings += 1
                    if beginnings > 1 { verifier.note(.sealedAnew(seq: entry.seq)) }
                }
                try each(entry)
            }
            last = end.seq
        }
        verifier.finish()
        if end == nil, beginnings > 0 { verifier.note(.unsealedEnd) }
        return verifier
    }

    /// The heads of all seals, and the places of those that were not made under the key.
    ///
    /// - Parameter former: from here on the key at hand is the one that they were made under.
    private func seals(since former: Int) async throws(StoreError) -> (heads: [AuditHead], forged: [Int]) {
        var (heads, forged): ([AuditHead], [Int]) = ([], [])
        while true {
            let page = try await store.auditSeals(after: heads.last?.seq, limit: Self.pageSize)
            if page.isEmpty { return (heads, forged) }
            heads += page.map(\.head)
            guard let key else { continue }
            forged += page.filter { $0.head.seq >= former && !Digest.isEqual(key.hash($0.text), $0.code) }.map(
                \.head.seq)
        }
    }
}

extension AuditVerifier {
    public var report: LocalizedText {
        guard !isIntact else {
            return LocalizedText(zh: "审计记录完整，共 \(head.seq) 条。", en: "The trail is intact: \(head.seq) rows.")
        }
        return LocalizedText(
            zh: breaks.map(\.text.zh).joined(), en: breaks.map(\.text.en).joined(separator: " "))
    }
}

extension AuditVerifier.Break {
    public var text: LocalizedText {
        switch self {
        case .changed(let seq): LocalizedText(zh: "第 \(seq) 条审计记录被改动。", en: "Row \(seq) was changed.")
        case .missing(let from, let to) where from == to:
            LocalizedText(zh: "第 \(from) 条审计记录缺失。", en: "Row \(from) is missing.")
        case .missing(let from, let to):
            LocalizedText(zh: "第 \(from) 至 \(to) 条审计记录缺失。", en: "Rows \(from) to \(to) are missing.")
        case .unchained(let seq):
            LocalizedText(
                zh: "第 \(seq) 条审计记录与前一条不衔接，两条之一是后加的。",
                en: "Row \(seq) does not follow the row before: one of the two was put there.")
        case .stray(let seq):
            LocalizedText(zh: "首条之前多出序号为 \(seq) 的审计记录。", en: "A row numbered \(seq) stands before the first.")
        case .headDiffers(let known, let end):
            LocalizedText(
                zh: "审计链未经过留存的第 \(known) 条，止于第 \(end) 条：其后被删除，或之前被重写。",
                en:
                    "The chain does not pass through the known head of row \(known); it stands at row \(end): its end was removed, or what is before was written anew."
            )
        case .forgedEnd(let seq):
            LocalizedText(
                zh: "链尾封签（第 \(seq) 条处）不是用网关密钥对链尾作出的：其后可能有记录被删除。",
                en:
                    "The seal of the end, at row \(seq), was not made under the gateway's key for an end: rows after it may have been removed."
            )
        case .unsealedEnd:
            LocalizedText(zh: "链尾封签被删除。", en: "The seal of the chain's end was removed.")
        case .sealedAnew(let seq):
            LocalizedText(
                zh: "第 \(seq) 条处审计链被重新封签，此前的封签曾被删除。",
                en: "The chain was put under a seal anew at row \(seq): its seal of before had been removed.")
        case .headless: LocalizedText(zh: "库中的链尾记录不见了。", en: "The store's note of the chain's end is gone.")
        case .forgedSeal(let seq):
            LocalizedText(
                zh: "第 \(seq) 条处的封签不是用网关密钥作出的。", en: "The seal at row \(seq) was not made under the gateway's key.")
        }
    }
}
