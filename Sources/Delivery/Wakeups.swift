import Messaging
import Synchronization

/// Wakes those who wait for work at an endpoint. Listening begins before looking, so nothing that comes in between is
/// missed.
public final class Wakeups: Sendable {
    private struct Sleeper {
        let endpoints: Set<Endpoint>
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        /// How often each endpoint was woken.
        var counts: [Endpoint: Int] = [:]
        var isClosed = false
        var nextID = 0
        var sleepers: [Int: Sleeper] = [:]
        /// Who sleeps at each endpoint: a commit must not cost more where many wait elsewhere.
        var waiting: [Endpoint: Set<Int>] = [:]

        func count(_ endpoints: Set<Endpoint>) -> Int { endpoints.reduce(0) { $0 + counts[$1, default: 0] } }

        mutating func remove(_ id: Int) -> Sleeper? {
            guard let sleeper = sleepers.removeValue(forKey: id) else { return nil }
            for endpoint in sleeper.endpoints {
                waiting[endpoint]?.remove(id)
                if waiting[endpoint]?.isEmpty == true { waiting[endpoint] = nil }
            }
            return sleeper
        }
    }

    private let state = Mutex(State())

    public init() {}

    /// Wakes whoever waits at one of the endpoints, and nobody else.
    public func wake(_ endpoints: Set<Endpoint>) {
        let woken = state.withLock { state in
            for endpoint in endpoints { state.counts[endpoint, default: 0] += 1 }
            let ids = endpoints.reduce(into: Set<Int>()) { $0.formUnion(state.waiting[$1] ?? []) }
            return ids.compactMap { state.remove($0) }
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// The gateway closes: nobody waits any more.
    public func close() {
        let woken = state.withLock { state in
            state.isClosed = true
            return state.sleepers.keys.compactMap { state.remove($0) }
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    public var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Remembers the present, so that `wait` returns at once if one of the endpoints was woken since.
    public func listen(at endpoints: Set<Endpoint>) -> Listener {
        Listener(wakeups: self, endpoints: endpoints, heard: state.withLock { $0.count(endpoints) })
    }

    public struct Listener: Sendable {
        fileprivate let wakeups: Wakeups
        fileprivate let endpoints: Set<Endpoint>
        fileprivate let heard: Int

        /// Whether one of the endpoints was woken since `listen`, or the gateway closes.
        var isWoken: Bool {
            wakeups.state.withLock { $0.isClosed || $0.count(endpoints) != heard }
        }

        /// Returns when one of the endpoints was woken since `listen`, when the time is over, or when the task is
        /// cancelled.
        public func wait(atMost limit: Duration) async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await wakeups.sleep(at: endpoints, since: heard) }
                group.addTask { try? await Task.sleep(for: limit) }
                await group.next()
                group.cancelAll()
            }
        }
    }

    private func sleep(at endpoints: Set<Endpoint>, since heard: Int) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let already = state.withLock { state in
                    if state.count(endpoints) != heard || state.isClosed || Task.isCancelled { return true }
                    state.sleepers[id] = Sleeper(endpoints: endpoints, continuation: continuation)
                    for endpoint in endpoints { state.waiting[endpoint, default: []].insert(id) }
                    return false
                }
                if already { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.remove(id) }?.continuation.resume()
        }
    }
}
