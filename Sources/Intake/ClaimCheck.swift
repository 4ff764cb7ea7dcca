import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport

/// The bytes kept aside, named by their digest (Claim Check).
struct ClaimCheck: Sendable {
    let bytes: [UInt8]
    let mediaType: String
    /// SM3 (GB/T 32905), lower-case hexadecimal.
    let digest: String

    init(_ bytes: [UInt8], mediaType: String?) {
        self.bytes = bytes
        self.mediaType = mediaType ?? "application/octet-stream"
        digest = Digest.hex(Digest.sm3(bytes))
    }
}
