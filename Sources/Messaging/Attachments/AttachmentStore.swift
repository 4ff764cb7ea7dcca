import Vocabulary

/// Attachments: those that came within messages, and those that were uploaded before.
public protocol AttachmentStore: Sendable {
    /// The messages that an application is made of, as they came, its referral first, one after the other until the
    /// visitor has found what it looks for.
    func document(
        of applicationNo: String, _ isFound: @escaping @Sendable (StoredDocument) -> [UInt8]?
    ) async throws(StoreError) -> [UInt8]?

    func upload(_ sha256: String, of partner: String) async throws(StoreError) -> Upload?
    /// - Parameter quota: bytes of the partner's that may wait for their message.
    func keep(_ upload: Upload, until: Instant, quota: Int, now: Instant) async throws(StoreError) -> UploadResult
    /// Those of a partner's uploads that are here; none of them is erased before `until`.
    func holdUploads(
        _ digests: [String], of partner: String, until: Instant
    ) async throws(StoreError) -> [String: Upload.Facts]
    /// Erases uploads that no message referred to in time.
    ///
    /// - Returns: how many, at most `limit`.
    func eraseUploads(now: Instant, limit: Int) async throws(StoreError) -> Int
}
