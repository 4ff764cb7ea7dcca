import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport

/// How long what belongs to cases is kept.
public struct CaseLimits: Sendable {
    /// A message waits so long for the referral that it is about, milliseconds.
    public var parking: Int64 = 72 * 3_600_000
    /// A status share is kept so long, milliseconds (PIPL 19: at most twelve months).
    public var evidence: Int64 = 365 * 86_400_000

    public init() {}
}
