import Messaging
import Observability
import StrictJSON
import Transport

/// What is watched, from when on, and who is told.
public struct AlertSettings: Sendable {
    /// Between two looks.
    public var every: Duration = .seconds(30)
    /// A condition is over when it was absent for so long: what comes and goes is one alert.
    public var settle: Duration = .seconds(300)
    /// Dead letters; `nil` switches a rule off.
    public var deadLetters: Int? = 1
    public var deadLetterAge: Duration? = .seconds(24 * 3600)
    public var queueAge: Duration? = .seconds(2 * 3600)
    public var partnerSilence: Duration? = .seconds(48 * 3600)
    /// Before a hearing of a person who has no lawyer yet.
    public var hearing: Duration? = .seconds(3 * 86_400)
    /// Before a certificate or key ends.
    public var expiry: Duration? = .seconds(30 * 86_400)
    /// Where messages are posted, besides the log.
    public var webhook: ReturnAddress?

    public init() {}
}
