import Messaging
import Synchronization
import Transport

/// Where the one who reads the store through leaves what was found.
public final class StoreInspection: Sendable {
    private let found = Mutex(StoreCondition.unknown)

    public init() {}

    public var condition: StoreCondition { found.withLock { $0 } }
    public func conclude(_ condition: StoreCondition) { found.withLock { $0 = condition } }
}
