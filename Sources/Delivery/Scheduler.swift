import Messaging
import Observability

/// Runs everything that time itself asks for, each errand at its own interval. One that is slow or fails holds up none of
/// the others, and is tried again at its next turn.
public struct Scheduler: Sendable {
    let errands: [Errand]
    let log: Log

    public init(_ errands: [Errand], log: Log) {
        self.errands = errands
        self.log = log
    }

    /// Until the task is cancelled; a turn that is under way then is finished first.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for errand in errands { group.addTask { await run(errand) } }
        }
    }

    private func run(_ errand: Errand) async {
        while !Task.isCancelled {
            if await turn(errand) { continue }
            try? await Task.sleep(for: errand.interval)
        }
    }

    /// One turn of every errand, each again while it is full.
    func runOnce() async {
        for errand in errands { while await turn(errand) {} }
    }

    /// - Returns: whether there may be more to do.
    private func turn(_ errand: Errand) async -> Bool {
        do {
            return try await errand.work(errand.limit) >= errand.limit
        } catch {
            // Without values: an error's own text may quote what it met.
            let word = (error as? StoreError)?.code ?? "\(type(of: error))"
            log.error(
                "errand failed",
                [
                    ("errand", .string(errand.name)), ("error", .string(word)),
                    ("problem", .text((error as? StoreError)?.damage) ?? .null),
                ])
            return false
        }
    }
}
