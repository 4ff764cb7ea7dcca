import Synchronization

/// What the connections to one file have met. A damaged page stays; a full device is over with the next commit.
final class FileHealth: Sendable {
    let isDamaged = Atomic<Bool>(false)
    let isFull = Atomic<Bool>(false)
    /// Whether commits name the one before them: not before the schema has a place for it.
    let isChained = Atomic<Bool>(false)
}
