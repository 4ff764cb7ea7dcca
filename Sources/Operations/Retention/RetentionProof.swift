import Messaging
import StrictJSON
import Vocabulary

/// What was erased, held against the audit trail.
public struct RetentionProof: Sendable {
    /// Why an erasure is not proved.
    public enum Flaw: String, Sendable, CaseIterable {
        /// The digests of its records do not give its own.
        case recordsDiffer
        /// The audit trail does not tell of it, or tells something else.
        case notInTrail
        /// The trail tells of one that is not there.
        case missing
    }

    public fileprivate(set) var erasures: [Erasure] = []
    public fileprivate(set) var flaws: [(seq: Int, flaw: Flaw)] = []
    public fileprivate(set) var trail: AuditVerifier

    public var isWhole: Bool { flaws.isEmpty && trail.isIntact }
}

extension RetentionProof.Flaw {
    public var text: LocalizedText {
        switch self {
        case .recordsDiffer: LocalizedText(zh: "所删记录的摘要与总摘要不符", en: "its records do not give its digest")
        case .notInTrail: LocalizedText(zh: "审计记录中没有或不符", en: "the audit trail does not tell of it so")
        case .missing: LocalizedText(zh: "审计记录有而删除记录缺失", en: "the audit trail tells of it and it is not there")
        }
    }
}

extension RetentionService {
    /// Reckons every erasure's digest again, and holds each against its row in the trail, whose chain is read through.
    public func prove() async throws -> RetentionProof {
        var told: [String: String] = [:]
        let trail = try await AuditService(store: store, key: key, memory: nil).verify { entry in
            let isErasure = [AuditAction.eraseByRetention, .eraseSubject].map(\.rawValue).contains(entry.action)
            if isErasure, entry.subject.hasPrefix("erasure ") { told[entry.subject] = entry.detail }
        }
        var proof = RetentionProof(trail: trail)
        var last = 0
        while true {
            let page = try await store.erasures(after: last, limit: 200)
            guard let end = page.last else { break }
            for erasure in page {
                let lines = try await store.erasedRecords(of: erasure.seq)
                let digest = AuditAct.sm3(of: lines.map { Erasure.line($0.name, $0.digest) }.joined())
                if digest != erasure.digest || lines.count != erasure.records {
                    proof.flaws.append((erasure.seq, .recordsDiffer))
                }
                if !erasure.isTold(by: told.removeValue(forKey: erasure.subject)) {
                    proof.flaws.append((erasure.seq, .notInTrail))
                }
            }
            proof.erasures += page
            last = end.seq
        }
        for subject in told.keys.sorted() {
            proof.flaws.append((Int(subject.dropFirst("erasure ".count)) ?? 0, .missing))
        }
        return proof
    }
}
