import Synchronization

/// Wakes those who wait for work. Listening begins before looking, so nothing that comes in between is missed.
public final class Bell: Sendable {
    private struct State {
        var rings = 0
        var isClosed = false
        var nextID = 0
        var sleepers: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    public func ring() { ring(closing: false) }

    /// The gateway closes: nobody waits any more.
    public func close() { ring(closing: true) }

    public var isClosed: Bool { state.withLock { $0.isClosed } }

    private func ring(closing: Bool) {
        let woken = state.withLock { state in
            state.rings += 1
            if closing { state.isClosed = true }
            defer { state.sleepers.removeAll() }
            return Array(state.sleepers.values)
        }
        for sleeper in woken { sleeper.resume() }
    }

    /// Remembers the present, so that `wait` returns at once if it has rung since.
    public func listen() -> Ring { Ring(bell: self, heard: state.withLock { $0.rings }) }

    public struct Ring: Sendable {
        fileprivate let bell: Bell
        fileprivate let heard: Int

        /// Returns when the bell has rung since `listen`, when the time is over, or when the task is cancelled.
        public func wait(atMost limit: Duration) async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await bell.sleep(since: heard) }
                group.addTask { try? await Task.sleep(for: limit) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func sleep(since heard: Int) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let already = state.withLock { state in
                    if state.rings != heard || state.isClosed || Task.isCancelled { return true }
                    state.sleepers[id] = continuation
                    return false
                }
                if already { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.resume()
        }
    }
}
