import Messaging
import Translation
import Vocabulary

extension IntakeService {
    /// From the look at what is on file to the commit no upload is erased that the message refers to, milliseconds.
    private static let hold: Int64 = 3_600_000

    /// The document with what is known of the attachments that it refers to by digest; a digest that is not known is told
    /// where it stands. Only the sender's own uploads count.
    func withUploads(
        _ translation: TranslatedDocument, of sender: Partner, at now: Instant
    ) async throws(StoreError) -> TranslatedDocument {
        let digests = translation.uploadsReferredTo
        guard !digests.isEmpty else { return translation }
        let held = try await store.holdUploads(
            digests.sorted(), of: sender.id, until: now.advanced(milliseconds: Self.hold))
        return translation.resolving(uploads: held.mapValues { ($0.mediaType, $0.size, $0.sm3) })
    }
}
