import Vocabulary

/// An attachment that a partner laid in store before the message that refers to it.
public struct Upload: Sendable, Hashable {
    /// What is known of it beside its bytes.
    public struct Facts: Sendable, Hashable {
        /// FIPS 180-4, lower-case hexadecimal: its name.
        public let sha256: String
        /// GB/T 32905, lower-case hexadecimal.
        public let sm3: String
        /// By its first bytes.
        public let mediaType: String
        /// Bytes.
        public let size: Int

        public init(sha256: String, sm3: String, mediaType: String, size: Int) {
            self.sha256 = sha256
            self.sm3 = sm3
            self.mediaType = mediaType
            self.size = size
        }
    }

    public let facts: Facts
    public let partnerID: String
    public let bytes: [UInt8]

    public init(facts: Facts, partnerID: String, bytes: [UInt8]) {
        self.facts = facts
        self.partnerID = partnerID
        self.bytes = bytes
    }
}

/// What became of an upload.
public enum UploadResult: Sendable, Hashable {
    /// It is erased then, unless a message refers to it before.
    case stored(until: Instant)
    /// It was there already; without a time where a message refers to it.
    case known(until: Instant?)
    /// So many bytes of the partner's wait for their message; the first of them go then.
    case overQuota(waiting: Int, until: Instant)
}
