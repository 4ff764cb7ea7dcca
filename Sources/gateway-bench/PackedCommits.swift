import Foundation
import Intake
import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// Commits exactly as intake packs them for differing persons; each copy names another message, person and case,
/// so that the store does with it what it does in intake: all rows, all keys, all look-ups.
struct PackedCommits: Sendable {
    private let commits: [IntakeCommit]
    private let identifiers: IdentifierSource

    init(_ place: Workplace, sample: Sample, identifiers: IdentifierSource) throws {
        self.identifiers = identifiers
        let packing = try Packing(place, identifiers: identifiers)
        commits = try (0..<256).map { try packing.commit(of: sample.numbered($0 + 1)) }
        guard commits.allSatisfy({ !$0.isInvalid }) else { throw BenchFailure("the sample does not translate") }
    }

    /// - Parameter number: which of the packed ones to copy.
    func fresh(_ number: Int, messageID: String, about subject: Sample.Subject = .another) -> IntakeCommit {
        let packed = commits[number % commits.count]
        let now = Instant(Date())
        var commit = IntakeCommit(
            referralID: identifiers.next(at: now), partnerID: packed.partnerID, messageID: messageID,
            digest: packed.digest, rawBytes: packed.rawBytes, mediaType: packed.mediaType, encoding: packed.encoding,
            receivedAt: now, mappingID: packed.mappingID, mappingVersion: packed.mappingVersion,
            mappingDigest: packed.mappingDigest, outcome: packed.outcome, isInvalid: false, answer: packed.answer,
            records: packed.records.map { fresh($0, at: now, about: subject) }, supersedes: nil)
        commit.work = packed.work
        commit.traceParent = TraceContext { UInt64.random(in: .min ... .max) }.traceParent
        return commit
    }

    private func fresh(_ packed: IntakeRecord, at now: Instant, about subject: Sample.Subject) -> IntakeRecord {
        var record = packed
        record.id = identifiers.next(at: now)
        record.applicationNo = packed.applicationNo.map { _ in "LA-" + identifiers.next(at: now) }
        switch subject {
        case .another: break
        case .samePerson:
            record.renotification = nil
            return record
        case .sameCase:
            record.renotification = packed.renotification.map {
                FollowUp(
                    id: record.id, kind: $0.kind, partnerID: $0.partnerID, content: StoredObject($0.content),
                    names: $0.names,
                    receivedAt: now, keepUntil: $0.keepUntil)
            }
            return record
        }
        // Keys are keyed hashes: any random digits are such.
        let names = Dictionary(uniqueKeysWithValues: Set(packed.keys).map { ($0, Self.key()) })
        record.keys = packed.keys.compactMap { names[$0] }
        record.personKeys = packed.personKeys.compactMap { names[$0] }
        return record
    }

    private static func key() -> String {
        let digits = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
        return digits + digits
    }
}
