/// What a message says of an attachment that it refers to by digest. It is held against the upload once that is known, as it
/// would be against bytes that came within the message.
public struct UploadClaim: Sendable, Hashable {
    typealias Upload = (mediaType: String, size: Int, sm3: String)

    /// Of the attachment, dotted, such as `materials[0].content`.
    let path: String
    let sha256: String
    /// The digest and the format that stand beside it.
    let digest: String?
    let format: String?
    /// What the mapping takes.
    let mostBytes: Int

    /// What is to be told of the upload.
    struct Problem {
        let code: String
        var message: String?
    }

    private static let notHeld =
        "附件按 SHA-256 引用，所附 MD5 未能核对，请改附 SM3 或 SHA-256。 The MD5 beside a reference cannot be checked; state SM3 or SHA-256."

    func problems(with upload: Upload) -> [Problem] {
        guard upload.size <= mostBytes else { return [Problem(code: "attachmentTooLarge")] }
        let isAsClaimed = AttachmentFormat.mediaType(ofUpload: upload.mediaType, claimed: format).isAsClaimed
        return [
            isAsClaimed ? nil : Problem(code: "attachmentTypeMismatch"),
            digest.flatMap { problem(with: $0, of: upload) },
        ]
        .compactMap(\.self)
    }

    private func problem(with stated: String, of upload: Upload) -> Problem? {
        switch StatedDigest(stated) {
        // Of an upload SM3 and SHA-256 are known.
        case .md5: Problem(code: "attachmentDigestUnknown", message: Self.notHeld)
        case .sm3OrSHA256(let hex):
            hex == sha256 || hex == upload.sm3 ? nil : Problem(code: "attachmentDigestMismatch")
        case nil: Problem(code: "attachmentDigestUnknown")
        }
    }
}
