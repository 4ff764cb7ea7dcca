import Vocabulary

/// What is to be another in an account.
public enum AccountChange: Sendable, Hashable {
    case role(OperatorRole)
    /// Failed sign-ins under the key are forgotten.
    case secret(String, oneTimeUntil: Instant?, forgetting: String)
    case disabled
    /// Failed sign-ins under the key are forgotten.
    case enabled(forgetting: String)
}
