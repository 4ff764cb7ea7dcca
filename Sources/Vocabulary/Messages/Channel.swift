/// Where a message goes (Message Channel).
public enum Channel: String, Sendable, CaseIterable {
    /// From partners into the gateway; only what could not be translated stays here.
    case referral
    /// To the institutions' queues.
    case application
    /// Back to the partners.
    case status
    /// To the operators' alarm system.
    case alert
}
