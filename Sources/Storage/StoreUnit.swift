import Messaging

/// One piece of work, whatever its result.
protocol StoreUnit: AnyObject, Sendable {
    /// - Returns: whether the work succeeded.
    func run(on connection: any SQLConnection) -> Bool
    func finish(failure: StoreError?)
}

/// `@unchecked`: `outcome` is touched only by the worker's thread, between `run` and `finish`.
final class PendingUnit<Result: Sendable>: StoreUnit, @unchecked Sendable {
    private let work: @Sendable (any SQLConnection) throws(StoreError) -> Result
    private let continuation: CheckedContinuation<Swift.Result<Result, StoreError>, Never>
    private var outcome: Swift.Result<Result, StoreError> = .failure(.closed)

    init(
        work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result,
        continuation: CheckedContinuation<Swift.Result<Result, StoreError>, Never>
    ) {
        self.work = work
        self.continuation = continuation
    }

    func run(on connection: any SQLConnection) -> Bool {
        do throws(StoreError) {
            outcome = .success(try work(connection))
            return true
        } catch {
            outcome = .failure(error)
            return false
        }
    }

    func finish(failure: StoreError?) {
        continuation.resume(returning: failure.map { .failure($0) } ?? outcome)
    }
}
