import Canonical
import Messaging
import StrictJSON
import Transport
import Triage
import Vocabulary

/// An application on file before the rules once more.
public struct Reassessment: Sendable {
    public let applicationNo: String
    public let receivedAt: Instant
    /// With what the rules said when it came.
    public let application: LegalAidApplication
    /// What they say now: the rules of the day of receipt, as they are loaded now, each with its outcome.
    public let now: Assessment
    /// The set that is loaded now.
    public let rules: String?

    public init(
        applicationNo: String, receivedAt: Instant, application: LegalAidApplication, now: Assessment, rules: String?
    ) {
        self.applicationNo = applicationNo
        self.receivedAt = receivedAt
        self.application = application
        self.now = now
        self.rules = rules
    }
}
