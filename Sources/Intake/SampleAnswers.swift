import Cases
import Messaging
import StrictJSON
import Translation
import Transport
import Vocabulary

/// What a sender would be answered to a document that is the first it ever sent. Nothing is stored, and the numbers are
/// invented: the same document on the same day has the same answer.
public struct SampleAnswers: Sendable {
    public struct Answer: Sendable {
        /// HTTP.
        public let status: Int
        public let json: JSONValue
        /// The same as a sender of XML is given it.
        public let xml: [UInt8]
    }

    private let pipeline: Pipeline
    private let registry: Registry

    public init(_ pipeline: Pipeline, registry: Registry) {
        self.pipeline = pipeline
        self.registry = registry
    }

    /// - Throws: where the sender's status cannot be rendered, or the library of digests fails.
    public func answer(
        to bytes: [UInt8], mediaType: String, from partner: Partner, at now: Instant
    ) throws -> Answer {
        let pipeline = pipeline.pinned()
        let submission = Submission(
            bytes, mediaType: mediaType, from: Caller(role: .partner, id: partner.id), receivedAt: now)
        do throws(Problem) {
            try DocumentMedia.check(bytes, mediaType: mediaType, mayBeEmpty: false)
        } catch {
            return Self.answer(error)
        }
        let message = submission.message(from: partner)
        let walk = pipeline.assess(try pipeline.read(message, about: nil), message, evidence: { _ in [] })
        let packed = try ReferralPacker(clerk: try clerk(pipeline)).pack(walk, of: submission, from: partner)
        switch packed.answer {
        case .invalid(let invalid): return Self.answer(invalid.problem)
        case .receipt(let pending):
            // Nothing that it could be about has come.
            _ = try pending.settle([:], kept: nil)
            let json = pending.receipt.json
            return Answer(status: 202, json: json, xml: XMLRendering.bytes(json, root: "receipt"))
        }
    }

    /// The sender's own code as documents bear it, where there is one.
    public func senderCodes(in bytes: [UInt8]) -> Set<String> {
        let message = Pipeline.Message(bytes: bytes, receivedAt: Timestamp(secondsSince1970: 0))
        return Set(pipeline.walk(message).records.compactMap { $0.application.text("source.senderCode") })
    }

    private func clerk(_ pipeline: Pipeline) throws -> CaseClerk {
        let hash = try KeyedHash(key: [UInt8](repeating: 0, count: 32))
        return CaseClerk(
            pipeline.current, identifiers: IdentifierSource(random: { 0 }), registry: registry,
            keys: CaseKeys(hash: hash))
    }

    private static func answer(_ problem: Problem) -> Answer {
        let json = problem.json(language: nil)
        return Answer(status: problem.kind.status, json: json, xml: XMLRendering.bytes(json, root: "problem"))
    }
}
