import Messaging
import Transport
import Vocabulary

/// Erases what is past its period: says what would go, does it in bounded steps beside everything else, and proves it.
public struct RetentionService: Sendable {
    let store: any RetentionStore & AuditStore
    public let schedule: RetentionSchedule
    let now: @Sendable () -> Instant
    /// By which the seals of the audit trail are checked; nothing where it is not at hand.
    let key: KeyedHash?

    /// Records that one transaction goes through: few enough that intake never waits long.
    public static let batch = 200

    public init(
        store: any RetentionStore & AuditStore, schedule: RetentionSchedule, key: KeyedHash? = nil,
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.schedule = schedule
        self.key = key
        self.now = now
    }

    /// What would go now, by kind; nothing is done.
    public func plan(at moment: Instant? = nil) async throws(StoreError) -> [RetentionFigures] {
        let moment = moment ?? now()
        var figures: [RetentionFigures] = []
        for kind in RetentionKind.allCases {
            var sum = RetentionStep()
            for part in kind.parts {
                var name: String?
                repeat {
                    let step = try await store.dueRecords(
                        of: part, by: schedule[kind], after: name, limit: Self.batch, now: moment)
                    name = step.next
                    sum = sum.joined(with: step)
                } while name != nil
            }
            figures.append(RetentionFigures(kind: kind, rule: schedule[kind], found: sum))
        }
        return figures
    }

    /// Erases those of the next records of a part that are due, in one transaction.
    ///
    /// - Parameters:
    ///   - name: the record to go on after.
    ///   - reason: why a person does it; nothing where the gateway does by itself what the periods say.
    public func erase(
        _ part: RetentionPart, after name: String?, by caller: Caller, reason: String = "", limit: Int = Self.batch
    ) async throws(StoreError) -> RetentionStep {
        try await store.eraseRecords(
            of: part, by: schedule[part.kind], after: name, limit: limit,
            AuditAct(.eraseByRetention, on: "", by: caller, detail: reason, at: now()))
    }

    /// Erases everything that is due. What was erased when it is interrupted stays so, and another run goes on.
    ///
    /// - Parameter progress: told after every step: the kind, and how many records of it went so far.
    public func run(
        by caller: Caller, reason: String = "", progress: (RetentionKind, Int) -> Void = { _, _ in }
    ) async throws(StoreError) -> [RetentionFigures] {
        var figures: [RetentionFigures] = []
        for kind in RetentionKind.allCases {
            var sum = RetentionStep()
            for part in kind.parts {
                var name: String?
                repeat {
                    let step = try await erase(part, after: name, by: caller, reason: reason)
                    name = step.next
                    sum = sum.joined(with: step)
                    progress(kind, sum.due)
                } while name != nil
            }
            figures.append(RetentionFigures(kind: kind, rule: schedule[kind], found: sum))
        }
        while try await freeSpace() > 0 {}
        return figures
    }

    /// Gives some of what is free in the file back to the file system.
    ///
    /// - Returns: how many pages it were; where there are none, the log is emptied as well.
    public func freeSpace() async throws(StoreError) -> Int {
        let freed = try await store.freeSpace(pages: 1024)
        if freed == 0 { try await store.clearLog() }
        return freed
    }
}

/// What was found of one kind.
public struct RetentionFigures: Sendable {
    public let kind: RetentionKind
    public let rule: RetentionRule
    public let found: RetentionStep
}
