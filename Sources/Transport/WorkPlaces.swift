import Synchronization
import Vocabulary

/// Places of requests that are worked on. Who only waits for news takes none of them, and each caller may wait a few times
/// at once.
final class WorkPlaces: Sendable {
    private struct State {
        var working = 0
        var waiting: [Caller: Int] = [:]
    }

    private let most: Int
    private let mostWaiting: Int
    private let state = Mutex(State())

    init(most: Int, mostWaiting: Int) {
        self.most = most
        self.mostWaiting = mostWaiting
    }

    /// - Returns: whether there was a place.
    func enter() -> Bool {
        state.withLock { state in
            guard state.working < most else { return false }
            state.working += 1
            return true
        }
    }

    func leave() { state.withLock { $0.working -= 1 } }

    /// - Returns: whether the caller may wait once more.
    fileprivate func standAside(_ caller: Caller) -> Bool {
        state.withLock { state in
            guard state.waiting[caller, default: 0] < mostWaiting else { return false }
            state.waiting[caller, default: 0] += 1
            state.working -= 1
            return true
        }
    }

    /// Never refused: who was told to come in is not sent away. There are no more of them than connections.
    fileprivate func stepBack(_ caller: Caller) {
        state.withLock { state in
            let left = state.waiting[caller, default: 0] - 1
            state.waiting[caller] = left > 0 ? left : nil
            state.working += 1
        }
    }
}

extension HTTPRequest {
    /// Waits for news without holding the place of somebody who works.
    ///
    /// - Throws: `Problem` `.rateExceeded` where the caller waits as often as it may already.
    public func wait(for caller: Caller, _ sleep: () async -> Void) async throws(Problem) {
        guard let places else { return await sleep() }
        guard places.standAside(caller) else { throw .tooManyWaiting }
        await sleep()
        places.stepBack(caller)
    }
}

extension Problem {
    fileprivate static let tooManyWaiting: Problem = {
        var problem = Problem(
            .rateExceeded, zh: "同时等待的调用过多，请等已有的调用返回后再发。",
            en: "Too many calls wait at once; let those return first.")
        problem.headers = [("Retry-After", "5")]
        return problem
    }()
}
