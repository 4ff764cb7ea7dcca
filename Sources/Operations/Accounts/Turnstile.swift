import Synchronization
import Transport

/// Lets one through at a time, and keeps few waiting: some of each source, so that none keeps the others out.
final class Turnstile: Sendable {
    private struct State {
        var isBusy = false
        var waiting: [(source: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let places: Int
    private let perSource: Int
    private let state = Mutex(State())

    init(places: Int, perSource: Int) {
        self.places = places
        self.perSource = perSource
    }

    /// - Throws: `Problem` `.overloaded` where too many wait, and what `work` throws.
    func pass<Result: Sendable>(
        from source: String, _ work: @Sendable () async throws -> Result
    ) async throws -> Result {
        try await enter(source)
        defer { leave() }
        return try await work()
    }

    private func enter(_ source: String) async throws(Problem) {
        let isFull = state.withLock { state in
            state.waiting.count >= places || state.waiting.count { $0.source == source } >= perSource
        }
        guard !isFull else { throw Self.full }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isBusy {
                    state.waiting.append((source, continuation))
                    return false
                }
                state.isBusy = true
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.isBusy = false
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume()
    }

    private static let full: Problem = {
        var problem = Problem(.overloaded, zh: "登录请求过多，请稍后再试。", en: "Too many sign-ins at once; try again.")
        problem.headers = [("Retry-After", "5")]
        return problem
    }()
}
