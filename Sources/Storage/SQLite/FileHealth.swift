import Messaging
import Synchronization

/// What the connections to one file have met. A damaged page stays; what the device refuses is over with the next commit.
final class FileHealth: Sendable {
    let isDamaged = Atomic<Bool>(false)
    /// Why the device has refused to be written, or to be read.
    private let refused = Mutex<StoreFault?>(nil)
    /// Whether commits name the one before them: not before the schema has a place for it.
    let isChained = Atomic<Bool>(false)

    var refusal: StoreFault? { refused.withLock { $0 } }

    func note(refusal: StoreFault) { refused.withLock { $0 = refusal } }

    /// - Returns: what was known until now.
    func forgetRefusal() -> StoreFault? { refused.withLock { $0.take() } }
}
