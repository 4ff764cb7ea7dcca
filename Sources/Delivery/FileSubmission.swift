import Transport

/// Takes documents that came as files.
public protocol FileSubmission: Sendable {
    /// Hands a document in as its partner would, and gives the answer: a receipt, or the problem.
    ///
    /// - Throws: where nothing was taken.
    func handIn(_ bytes: [UInt8], partnerID: String) async throws -> HTTPResponse
}
