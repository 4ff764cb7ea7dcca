import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// Retries or discards all dead letters that match a filter, at a bounded rate, on a stored order: it goes on after a restart, can be
/// paused and stopped, and takes no dead letter that died after the order was given.
public struct BulkRetry: Sendable {
    /// Dead letters a second, the most that may be asked for.
    public static let rates = 1...1_000
    private static let jobsAtOnce = 3
    /// Dead letters of one job under way at once: they share commits.
    private static let concurrency = 32
    /// Dead letters of one page, after which the job looks whether it was paused and writes down how far it has come.
    private static let pageSize = 128
    /// A node that is gone for so long has lost its jobs to the others.
    private static let lockMilliseconds: Int64 = 5_000
    /// How long to look for work again, and to rest between batches.
    private static let tick: Duration = .milliseconds(200)

    let store: any JobStore & DeadLetterStore
    let deadLetters: DeadLetterService
    let identifiers: IdentifierSource
    let now: @Sendable () -> Instant
    let log: Log

    public init(
        store: any JobStore & DeadLetterStore, deadLetters: DeadLetterService, identifiers: IdentifierSource,
        now: @escaping @Sendable () -> Instant, log: Log
    ) {
        self.store = store
        self.deadLetters = deadLetters
        self.identifiers = identifiers
        self.now = now
        self.log = log
    }

    // MARK: Orders

    /// Gives the order. What died until now counts.
    ///
    /// - Parameter queue: the institution for unroutable applications; without one the rules are asked again, and those
    ///   that still fit none are left as they are.
    public func start(
        _ filter: DeadLetterFilter, by caller: Caller, reason: String, rate: Int, queue: String? = nil,
        act: BulkJob.Act = .retry
    ) async throws -> BulkJob {
        let now = now()
        var bounded = filter
        bounded.until = min(filter.until ?? now, now)
        let total = try await store.deadLetterCauses(bounded).reduce(0) { $0 + $1.count }
        var job = BulkJob(
            id: identifiers.next(at: now), filter: bounded, reason: reason, actor: caller.id,
            role: caller.operatorRole ?? .viewer, queue: queue, rate: rate, state: .running, total: total,
            resent: 0,
            failedAgain: 0, skipped: 0, cursor: nil, lockCount: 0, createdAt: now, updatedAt: now)
        job.act = act
        let action: AuditAction =
            switch act {
            case .retry: .bulkRetry
            case .discard: .bulkDiscard
            }
        try await store.addJob(
            job, AuditAct(action, on: job.id, by: caller, detail: "\(bounded.json.text()) \(reason)", at: now))
        return job
    }

    public func job(_ id: String) async throws -> BulkJob {
        guard let job = try await store.job(id) else {
            throw Problem(.notFound, zh: "没有这项批量任务。", en: "No such job.")
        }
        return job
    }

    public func jobs(before id: String? = nil, limit: Int) async throws(StoreError) -> [BulkJob] {
        try await store.jobs(before: id, limit: limit)
    }

    /// Pauses, resumes or stops a job.
    public func change(
        _ id: String, to state: BulkJob.State, by caller: Caller, reason: String
    ) async throws -> BulkJob {
        let action: AuditAction =
            switch state {
            case .running: .resumeJob
            case .paused: .pauseJob
            case .stopped, .finished: .stopJob
            }
        let present = try await job(id)
        let act = AuditAct(action, on: id, by: caller, detail: "\(present.done)/\(present.total): \(reason)", at: now())
        guard try await store.changeJob(id, to: state, act, now: now()) else {
            throw Problem(
                .wrongState, zh: "任务处于“\(present.state.rawValue)”，不能执行此操作。",
                en: "The job is \(present.state.rawValue); that is not possible now.")
        }
        return try await job(id)
    }

    // MARK: Work

    /// Works on jobs, several at once, until the task is cancelled.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.jobsAtOnce { group.addTask { await workUntilCancelled() } }
        }
    }

    private func workUntilCancelled() async {
        while !Task.isCancelled {
            do {
                if let job = try await store.lockJob(now: now(), until: lockEnd) {
                    try await work(on: job)
                    continue
                }
            } catch {
                log.error("bulk job interrupted", [("error", .string("\(type(of: error))"))])
            }
            try? await Task.sleep(for: Self.tick)
        }
    }

    private var lockEnd: Instant { now().advanced(milliseconds: Self.lockMilliseconds) }

    /// Goes through the dead letters in the order of age, batch by batch.
    private func work(on locked: BulkJob) async throws {
        var job = locked
        while !Task.isCancelled {
            let began = ContinuousClock.now
            // A few pages a second, so that the rate is kept even and a pause is heard soon.
            let size = max(1, min(Self.pageSize, job.rate / 4))
            let page = try await store.deadLetters(job.filter, newestFirst: false, after: job.cursor, limit: size)
            let left = try await retry(page.deadLetters, of: job)
            let cursor = page.next ?? page.deadLetters.last?.cursor
            guard
                let next = try await store.advanceJob(
                    job, to: cursor, skipped: left.count, now: now(), until: lockEnd)
            else { return }
            job = next
            for id in left {
                log.warning("bulk job left a letter", [("job", .string(job.id)), ("deadLetter", .string(id))])
            }
            if page.next == nil {
                _ = try await store.changeJob(job.id, to: .finished, nil, now: now())
                log.info("bulk job finished", [("job", .string(job.id)), ("letters", LogValue(job.done))])
                return
            }
            let due = began + .milliseconds(1000 * page.deadLetters.count / job.rate)
            try? await Task.sleep(until: due)
        }
    }

    /// - Returns: the ids of those that stay as they are: nothing fits them still, or somebody else has taken them.
    private func retry(_ deadLetters: [DeadLetterSummary], of job: BulkJob) async throws -> [String] {
        try await withThrowingTaskGroup(of: (id: String, isRetried: Bool).self) { group in
            var waiting = deadLetters[...]
            for deadLetter in waiting.prefix(Self.concurrency) {
                group.addTask { try await retry(deadLetter, of: job) }
            }
            waiting = waiting.dropFirst(Self.concurrency)
            var left: [String] = []
            while let (id, isRetried) = try await group.next() {
                if !isRetried { left.append(id) }
                if let deadLetter = waiting.popFirst() { group.addTask { try await retry(deadLetter, of: job) } }
            }
            return left
        }
    }

    /// - Throws: `StoreError`: the batch is then tried again later, not left out.
    private func retry(_ deadLetter: DeadLetterSummary, of job: BulkJob) async throws -> (id: String, isRetried: Bool) {
        let caller = Caller(role: .operator, id: job.actor, operatorRole: job.role)
        do {
            let detail = try await deadLetters.deadLetter(deadLetter.id)
            switch job.act {
            case .retry:
                _ = try await deadLetters.retry(
                    detail, version: deadLetter.version, by: caller, reason: job.reason, edited: nil,
                    queue: job.queue, job: JobStep(job))
            case .discard:
                _ = try await deadLetters.discard(
                    detail, version: deadLetter.version, by: caller, reason: job.reason, job: JobStep(job))
            }
            return (deadLetter.id, true)
        } catch let error as StoreError {
            throw error
        } catch {
            return (deadLetter.id, false)
        }
    }
}

extension BulkJob {
    public var json: JSONValue {
        .compact([
            ("id", .string(id)), ("act", .string(act.rawValue)), ("state", .string(state.rawValue)),
            ("filter", filter.json),
            ("reason", .string(reason.asFreeText)), ("by", .string(actor)), ("queue", .text(queue)),
            ("ratePerSecond", JSONValue(rate)), ("total", JSONValue(total)), ("resent", JSONValue(resent)),
            ("failedAgain", JSONValue(failedAgain)), ("skipped", JSONValue(skipped)),
            ("endedOtherwise", JSONValue(endedOtherwise)),
            ("createdAt", .string(createdAt.rfc3339)), ("updatedAt", .string(updatedAt.rfc3339)),
        ])
    }
}
