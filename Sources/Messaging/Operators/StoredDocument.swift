/// A referral's bytes as they came.
public struct StoredDocument: Sendable, Hashable {
    public let bytes: [UInt8]
    public let mediaType: String
    public let digest: String

    public init(bytes: [UInt8], mediaType: String, digest: String) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.digest = digest
    }
}
