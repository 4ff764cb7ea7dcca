import Vocabulary

/// A referral's bytes as they came.
public struct StoredDocument: Sendable, Hashable {
    public let bytes: [UInt8]
    public let mediaType: String
    public let digest: String
    /// When the bytes were erased.
    public var erasedAt: Instant?

    public init(bytes: [UInt8], mediaType: String, digest: String) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.digest = digest
    }
}
