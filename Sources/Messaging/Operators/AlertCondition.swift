/// Something that ought not to be so, found at one look.
public struct AlertCondition: Sendable, Hashable {
    public let rule: String
    /// What it concerns; each subject has an alert of its own.
    public let subject: String

    public init(rule: String, subject: String) {
        self.rule = rule
        self.subject = subject
    }
}
