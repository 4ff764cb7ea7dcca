import Journal
import Messaging
import StrictJSON
import Transport

/// Retries all letters that match a filter, at a bounded rate, on a stored order: it goes on after a restart, can be
/// paused and stopped, and takes no letter that died after the order was given.
public struct BulkRetry: Sendable {
    /// Letters a second, the most that may be asked for.
    public static let rates = 1...1_000
    private static let jobsAtOnce = 3
    /// Letters of one job under way at once: they share commits.
    private static let concurrency = 32
    /// Letters of one page, after which the job looks whether it was paused and writes down how far it has come.
    private static let pageSize = 128
    /// A node that is gone for so long has lost its jobs to the others.
    private static let claimMilliseconds: Int64 = 5_000
    /// How long to look for work again, and to rest between batches.
    private static let tick: Duration = .milliseconds(200)

    let store: any JobStore & DeadLetterStore
    let desk: DeadLetterDesk
    let identifiers: IdentifierSource
    let pen: AuditPen
    let log: Log

    public init(
        store: any JobStore & DeadLetterStore, desk: DeadLetterDesk, identifiers: IdentifierSource, pen: AuditPen,
        log: Log
    ) {
        self.store = store
        self.desk = desk
        self.identifiers = identifiers
        self.pen = pen
        self.log = log
    }

    // MARK: Orders

    /// Gives the order. What died until now counts.
    ///
    /// - Parameter queue: the institution for unroutable applications; without one the rules are asked again, and those
    ///   that still fit none are left as they are.
    public func start(
        _ filter: DeadLetterFilter, by caller: Caller, reason: String, rate: Int, queue: String? = nil
    ) async throws -> DeskJob {
        let now = pen.now()
        var bounded = filter
        bounded.until = min(filter.until ?? now, now)
        let total = try await store.deadLetterCauses(bounded).reduce(0) { $0 + $1.count }
        let job = DeskJob(
            id: identifiers.next(at: now), filter: bounded, reason: reason, actor: caller.id,
            role: caller.desk?.rawValue ?? "", queue: queue, rate: rate, state: .running, total: total, resent: 0,
            failedAgain: 0, skipped: 0, cursor: nil, claim: 0, createdAt: now, updatedAt: now)
        try await store.addJob(
            job, pen.act(.bulkRetry, on: job.id, by: caller, detail: "\(bounded.json.text()) \(reason)"))
        return job
    }

    public func job(_ id: String) async throws -> DeskJob {
        guard let job = try await store.job(id) else {
            throw Problem(.notFound, zh: "没有这项批量任务。", en: "No such job.")
        }
        return job
    }

    public func jobs(before id: String? = nil, limit: Int) async throws(StoreError) -> [DeskJob] {
        try await store.jobs(before: id, limit: limit)
    }

    /// Pauses, resumes or stops a job.
    public func change(_ id: String, to state: DeskJob.State, by caller: Caller) async throws -> DeskJob {
        let action: AuditAction =
            switch state {
            case .running: .resumeJob
            case .paused: .pauseJob
            case .stopped, .finished: .stopJob
            }
        let present = try await job(id)
        let act = pen.act(action, on: id, by: caller, detail: "\(present.done)/\(present.total)")
        guard try await store.changeJob(id, to: state, act, now: pen.now()) else {
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
                if let job = try await store.claimJob(now: pen.now(), until: claimEnd) {
                    try await work(on: job)
                    continue
                }
            } catch {
                log.error("bulk job interrupted", [("error", .string("\(type(of: error))"))])
            }
            try? await Task.sleep(for: Self.tick)
        }
    }

    private var claimEnd: Instant { pen.now().advanced(milliseconds: Self.claimMilliseconds) }

    /// Goes through the letters in the order of age, batch by batch.
    private func work(on claimed: DeskJob) async throws {
        var job = claimed
        while !Task.isCancelled {
            let began = ContinuousClock.now
            // A few pages a second, so that the rate is kept even and a pause is heard soon.
            let size = max(1, min(Self.pageSize, job.rate / 4))
            let page = try await store.deadLetters(job.filter, newestFirst: false, after: job.cursor, limit: size)
            let left = try await retry(page.letters, of: job)
            let cursor = page.next ?? page.letters.last?.cursor
            guard
                let next = try await store.advanceJob(
                    job, to: cursor, skipped: left.count, now: pen.now(), until: claimEnd)
            else { return }
            job = next
            for id in left {
                log.warning("bulk job left a letter", [("job", .string(job.id)), ("deadLetter", .string(id))])
            }
            if page.next == nil {
                _ = try await store.changeJob(job.id, to: .finished, nil, now: pen.now())
                log.info("bulk job finished", [("job", .string(job.id)), ("letters", JSONValue(job.done))])
                return
            }
            let due = began + .milliseconds(1000 * page.letters.count / job.rate)
            try? await Task.sleep(until: due)
        }
    }

    /// - Returns: the ids of those that stay as they are: nothing fits them still, or somebody else has taken them.
    private func retry(_ letters: [DeadLetterSummary], of job: DeskJob) async throws -> [String] {
        try await withThrowingTaskGroup(of: (id: String, isRetried: Bool).self) { group in
            var waiting = letters[...]
            for letter in waiting.prefix(Self.concurrency) { group.addTask { try await retry(letter, of: job) } }
            waiting = waiting.dropFirst(Self.concurrency)
            var left: [String] = []
            while let (id, isRetried) = try await group.next() {
                if !isRetried { left.append(id) }
                if let letter = waiting.popFirst() { group.addTask { try await retry(letter, of: job) } }
            }
            return left
        }
    }

    /// - Throws: `StoreError`: the batch is then tried again later, not left out.
    private func retry(_ letter: DeadLetterSummary, of job: DeskJob) async throws -> (id: String, isRetried: Bool) {
        let caller = Caller(role: .operator, id: job.actor, desk: OperatorRole(rawValue: job.role))
        do {
            let detail = try await desk.letter(letter.id)
            _ = try await desk.retry(
                detail, version: letter.version, by: caller, reason: job.reason, edited: nil, queue: job.queue,
                job: JobStep(job))
            return (letter.id, true)
        } catch let error as StoreError {
            throw error
        } catch {
            return (letter.id, false)
        }
    }
}

extension DeskJob {
    public var json: JSONValue {
        .compact([
            ("id", .string(id)), ("state", .string(state.rawValue)), ("filter", filter.json),
            ("reason", .string(reason)), ("by", .string(actor)), ("queue", .text(queue)),
            ("ratePerSecond", JSONValue(rate)), ("total", JSONValue(total)), ("resent", JSONValue(resent)),
            ("failedAgain", JSONValue(failedAgain)), ("skipped", JSONValue(skipped)),
            ("createdAt", .string(createdAt.rfc3339)), ("updatedAt", .string(updatedAt.rfc3339)),
        ])
    }
}
