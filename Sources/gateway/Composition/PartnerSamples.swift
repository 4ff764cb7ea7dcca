import Intake
import Messaging
import Operations
import StrictJSON
import Translation
import Vocabulary

/// The examples of the mappings as one partner would send them, and what it would be answered.
struct PartnerSamples: SampleAnswerSource {
    private let answers: SampleAnswers
    private let text = EncodedText()

    init(_ pipeline: Pipeline, registry: Registry) { answers = SampleAnswers(pipeline, registry: registry) }

    func example(_ bytes: [UInt8], for partner: Partner) -> [UInt8] {
        guard let own = partner.senderCodes.first else { return bytes }
        let foreign = answers.senderCodes(in: bytes).subtracting(partner.senderCodes)
        guard !foreign.isEmpty, let (utf8, encoding) = text.decode(bytes) else { return bytes }
        let changed = foreign.sorted().reduce(String(decoding: utf8, as: UTF8.self)) { text, code in
            // As a value of its own: the same digits may be a part of something else.
            [("\"", "\""), (">", "<")].reduce(text) {
                $0.replacing($1.0 + code + $1.1, with: $1.0 + own + $1.1)
            }
        }
        return text.encode(changed, as: encoding) ?? bytes
    }

    func answer(
        to bytes: [UInt8], mediaType: String, from partner: Partner, at now: Instant
    ) throws -> SampleAnswer {
        let answer = try answers.answer(to: bytes, mediaType: mediaType, from: partner, at: now)
        return SampleAnswer(status: answer.status, json: answer.json, xml: answer.xml)
    }
}

extension PartnerKit {
    /// - Throws: where the contract that was built in is no JSON.
    init(_ pipeline: Pipeline, registry: Registry, now: @escaping @Sendable () -> Instant) throws(JSONError) {
        try self.init(
            catalogue: PipelineRules(pipeline: pipeline), registry: registry,
            samples: PartnerSamples(pipeline, registry: registry),
            ownFindings: { pipeline.translator.ownFindings }, now: now)
    }
}
