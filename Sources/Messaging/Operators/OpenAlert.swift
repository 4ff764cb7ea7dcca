import Vocabulary

/// An alert that has begun and is not over.
public struct OpenAlert: Sendable, Hashable {
    public let condition: AlertCondition
    public let beganAt: Instant

    public init(condition: AlertCondition, beganAt: Instant) {
        self.condition = condition
        self.beganAt = beganAt
    }
}
