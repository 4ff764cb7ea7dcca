import Messaging
import Transport
import Vocabulary

/// The audit trail as auditors read it.
public struct AuditService: Sendable {
    let store: any AuditStore

    public init(store: any AuditStore) { self.store = store }

    /// Newest first, before `seq`.
    public func entries(_ filter: AuditFilter, before seq: Int?, limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await store.auditEntries(filter, after: seq, newestFirst: true, limit: limit)
    }

    /// Reads the whole chain and holds it against the store's head and heads kept elsewhere.
    ///
    /// - Parameter each: sees every row, for an export.
    public func verify(
        against known: [AuditHead] = [], each: (AuditEntry) throws -> Void = { _ in }
    ) async throws -> AuditVerifier {
        var verifier = AuditVerifier(known: known + [try await store.auditHead()], sm3: Digest.sm3Hex)
        var last = 0
        while true {
            let page = try await store.auditEntries(AuditFilter(), after: last, newestFirst: false, limit: 500)
            guard let end = page.last else { break }
            for entry in page {
                verifier.read(entry)
                try each(entry)
            }
            last = end.seq
        }
        verifier.finish()
        return verifier
    }
}

extension AuditVerifier {
    public var report: LocalizedText {
        switch broken {
        case nil: LocalizedText(zh: "审计记录完整，共 \(head.seq) 条。", en: "The trail is intact: \(head.seq) rows.")
        case .changed(let seq): LocalizedText(zh: "第 \(seq) 条审计记录被改动。", en: "Row \(seq) was changed.")
        case .missing(let seq):
            LocalizedText(zh: "第 \(seq) 条审计记录缺失或顺序被改。", en: "Row \(seq) is missing or rows changed places.")
        case .headDiffers(let known, let found):
            LocalizedText(
                zh: "链尾与留存不符：应经过第 \(known) 条，实际止于第 \(found) 条。",
                en: "The chain does not pass through the known head of row \(known); it ends at row \(found).")
        }
    }
}
