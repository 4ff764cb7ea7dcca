import Cases
import Foundation
import Intake
import Messaging
import Transport
import Vocabulary

/// Intake's own steps from bytes to what it hands the store, within this process; nothing on file is looked at.
struct Packing {
    private let pipeline: Pipeline
    private let packer: ReferralPacker

    init(_ place: Workplace, identifiers: IdentifierSource) throws {
        pipeline = try StageBench.pipeline(place)
        packer = ReferralPacker(
            clerk: CaseClerk(
                pipeline.current, identifiers: identifiers,
                registry: Registry(partners: [Workplace.partner], institutions: []),
                keys: CaseKeys(hash: try KeyedHash(key: [UInt8](repeating: 7, count: 32)))))
    }

    func commit(of bytes: [UInt8]) throws -> IntakeCommit {
        let partner = Workplace.partner
        var submission = Submission(
            bytes, mediaType: "application/xml", from: Caller(role: .partner, id: partner.id),
            receivedAt: Instant(Date()))
        submission.isObserved = true
        let walk = pipeline.walk(submission.message(from: partner))
        return try packer.pack(walk, of: submission, from: partner).commit
    }
}
