import Messaging
import Synchronization
import Transport
import Vocabulary

/// What is known of the store's file, and since when.
public final class StoreInspection: Sendable {
    private struct Known {
        var isReadThrough = false
        var fault: (StoreFault, since: Instant)?
    }

    private let known = Mutex(Known())
    private let now: @Sendable () -> Instant
    private let look: @Sendable () -> StoreFault?

    /// - Parameter look: what is wrong with the file at this moment, without reading it.
    public init(now: @escaping @Sendable () -> Instant, look: @escaping @Sendable () -> StoreFault? = { nil }) {
        (self.now, self.look) = (now, look)
    }

    /// What is so at this moment.
    public var condition: StoreCondition {
        let fault = look()
        return known.withLock { known in
            guard let fault else {
                known.fault = nil
                return known.isReadThrough ? .sound : .unknown
            }
            if known.fault?.0 != fault { known.fault = (fault, now()) }
            return .faulty(fault, since: known.fault?.since ?? now())
        }
    }

    /// The whole file was read through and no damage found.
    public func concludeSound() { known.withLock { $0.isReadThrough = true } }
}
