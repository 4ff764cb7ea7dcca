import Dispatch
import Foundation
import Messaging

/// A thread with a connection of its own that takes whatever has gathered.
///
/// `@unchecked`: `pending`, `isGathering`, `isClosed` and `onEnd` are guarded by the condition; the connection belongs
/// to the thread.
final class StoreWorker<Connection: StoreConnection>: @unchecked Sendable {
    /// As many units as one commit may carry: more would only make the first of them wait.
    private static var groupSize: Int { 256 }

    private let connection: Connection
    private let name: String
    private let maxPending: Int
    private let underway: CommitsUnderway
    private let patience: DispatchTimeInterval
    private let gathered = DispatchSemaphore(value: 0)
    private var isGathering = false
    private let condition = NSCondition()
    private var pending: [any StoreUnit] = []
    private var isClosed = false
    private var hasEnded = false
    private var onEnd: [CheckedContinuation<Void, Never>] = []

    init(
        _ connection: Connection, name: String, maxPending: Int,
        underway: CommitsUnderway = CommitsUnderway(), patience: DispatchTimeInterval = .never
    ) {
        self.connection = connection
        self.name = name
        self.maxPending = maxPending
        self.underway = underway
        self.patience = patience
    }

    func start(_ handle: @escaping @Sendable (Connection, [any StoreUnit]) -> Void) {
        let thread = Thread { [self] in
            while let units = take() { handle(connection, units) }
            connection.close()
            condition.lock()
            hasEnded = true
            let waiting = onEnd
            onEnd = []
            condition.unlock()
            waiting.forEach { $0.resume() }
        }
        thread.name = name
        thread.start()
    }

    /// Does the work on the thread, and returns when it is done.
    func submit<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let outcome = await withCheckedContinuation { continuation in
            let unit = PendingUnit(work: work, continuation: continuation)
            if let refusal = add(unit) { unit.finish(failure: refusal) }
        }
        return try outcome.get()
    }

    /// - Returns: why the unit was not taken, or nothing when it was.
    private func add(_ unit: any StoreUnit) -> StoreError? {
        condition.lock()
        defer { condition.unlock() }
        if isClosed { return .closed }
        if pending.count >= maxPending { return .busy }
        pending.append(unit)
        if !isGathering { condition.signal() } else if isWhole { endGathering() }
        return nil
    }

    private var isWhole: Bool { pending.count >= Self.groupSize || underway.isEmpty || isClosed }

    private func endGathering() {
        isGathering = false
        gathered.signal()
    }

    /// Waits for what is underway, so that it shares the commit; not for what does not come in time.
    private func gather() {
        guard !isWhole else { return }
        isGathering = true
        condition.unlock()
        // By a clock that nobody sets.
        let result = gathered.wait(timeout: .now() + patience)
        condition.lock()
        if isGathering { isGathering = false } else if result == .timedOut { gathered.wait() }
    }

    private func take() -> [any StoreUnit]? {
        condition.lock()
        defer { condition.unlock() }
        while pending.isEmpty {
            if isClosed { return nil }
            condition.wait()
        }
        gather()
        let units = Array(pending.prefix(Self.groupSize))
        pending.removeFirst(units.count)
        return units
    }

    var gathering: Int {
        condition.lock()
        defer { condition.unlock() }
        return isGathering ? pending.count : 0
    }

    func close() async {
        await withCheckedContinuation { continuation in
            condition.lock()
            isClosed = true
            if isGathering { endGathering() }
            let ended = hasEnded
            if !ended { onEnd.append(continuation) }
            condition.signal()
            condition.unlock()
            if ended { continuation.resume() }
        }
    }
}
