import Transport

/// Intake of files from exchange folders (前置机): nothing but bytes, answered in their own format.
public struct ExchangeFolderIntake: Sendable {
    private let intake: IntakeService

    public init(_ intake: IntakeService) { self.intake = intake }

    /// Takes a document in as if its partner had called, and gives the answer: a receipt, or the problem.
    ///
    /// - Throws: what keeps the store from taking it.
    public func handIn(_ bytes: [UInt8], partnerID: String) async throws -> HTTPResponse {
        let style = AnswerStyle(isXML: bytes.first { $0 > 0x20 && $0 < 0x80 } == UInt8(ascii: "<"))
        var submission = Submission(
            bytes, mediaType: nil, from: Caller(role: .partner, id: partnerID), receivedAt: intake.now())
        submission.isObserved = true
        do {
            return try style.response(to: try await intake.submit(submission))
        } catch let problem as Problem {
            return style.response(to: problem)
        }
    }
}
