import Synchronization

/// The bytes of all bodies that are arriving or being worked on. Those of strangers have an eighth of it to themselves, and
/// take nothing of the rest.
final class BodyBudget: Sendable {
    private struct State {
        var known = 0
        var strange = 0
    }

    private let most: Int
    private let state = Mutex(State())

    init(most: Int) { self.most = most }

    private var mostStrange: Int { max(1, most / 8) }

    /// - Returns: whether there was room for so many more.
    func take(_ count: Int, isStranger: Bool) -> Bool {
        state.withLock { state in
            if isStranger {
                guard state.strange + count <= mostStrange else { return false }
                state.strange += count
            } else {
                guard state.known + count <= most else { return false }
                state.known += count
            }
            return true
        }
    }

    func give(back count: Int, isStranger: Bool) {
        state.withLock { state in
            if isStranger { state.strange -= count } else { state.known -= count }
        }
    }

    func free(isStranger: Bool) -> Int {
        state.withLock { isStranger ? mostStrange - $0.strange : most - $0.known }
    }
}
