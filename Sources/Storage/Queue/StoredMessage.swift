import Messaging
import Vocabulary

/// A message's row as far as its life needs it. `apply` is the one place where a message's state is set.
struct StoredMessage: Sendable {
    let id: String
    let channel: Channel
    let correlationID: String
    let partner: String
    let recipient: String?
    let state: DeliveryState
    let cause: DeadLetterCause?
    private let attempt: Int
    private let countRow: Int64?

    static let columns = """
        m.id AS id, m.channel AS channel, m.correlation_id AS correlation_id, m.partner AS partner,
        m.recipient AS recipient, m.state AS state, m.attempt AS attempt, m.ready_at AS ready_at,
        m.dead_since AS dead_since, m.finished_at AS finished_at, m.cause AS cause, m.count_row AS count_row
        """

    static func find(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> StoredMessage? {
        try connection.query("SELECT \(columns) FROM message m WHERE m.id = ?", [.text(id)], read).first
    }

    static func read(_ row: any SQLRow) throws(StoreError) -> StoredMessage {
        let attempt = try row.int("attempt")
        let state: DeliveryState =
            switch try row.word("state", as: DeliveryState.Name.self) {
            case .queued: .queued(attempt: attempt, readyAt: try row.instant("ready_at"))
            case .leased: .leased(attempt: attempt, ends: try row.instant("ready_at"))
            case .delivered: .delivered(at: try row.instant("finished_at"))
            case .dead: .dead(attempt: attempt, since: try row.instant("dead_since"))
            case .discarded: .discarded(at: try row.instant("finished_at"))
            }
        return StoredMessage(
            id: try row.text("id"), channel: try row.word("channel"), correlationID: try row.text("correlation_id"),
            partner: try row.text("partner"), recipient: try row.optionalText("recipient"), state: state,
            cause: try DeadLetterRows.cause(row), attempt: attempt, countRow: try row.optionalInteger("count_row"))
    }

    /// Whether it is a dead letter, and the stay in the dead-letter queue that is meant, where one is.
    func isDead(_ version: DeadLetterVersion?) -> Bool {
        guard case .dead(_, let since) = state else { return false }
        return version.map { $0.since == since } ?? true
    }

    /// Moves a message as its machine says, keeps the figures about dead letters right, and appends the history.
    ///
    /// - Parameters:
    ///   - detail: what stands in the history beside the event.
    ///   - problem: in words for operators, why it waits again or is dead.
    ///   - recipient: who gets it from now on, where that changes.
    /// - Returns: the message as it is then; `nil` where its state, or somebody else's step, does not allow the event.
    @discardableResult
    func apply(
        _ event: DeliveryEvent, actor: String, detail: String? = nil, problem: String? = nil, recipient: String? = nil,
        history: HistoryEvent.Entry? = nil, _ transaction: StoreTransaction
    ) throws(StoreError) -> DeliveryState? {
        let next: DeliveryState
        do throws(DeliveryMachine.Refusal) {
            next = try DeliveryMachine.transition(from: state, on: event)
        } catch {
            return nil
        }
        let recipient = recipient ?? self.recipient
        var newCountRow: Int64?
        if case .giveUp(let cause, _) = event {
            newCountRow = try DeadLetterCounts.increment(cause, of: partner, channel, recipient: recipient, transaction)
        }
        guard try write(next, event, problem: problem, recipient: recipient, countRow: newCountRow, transaction) else {
            if let newCountRow { try DeadLetterCounts.decrement(newCountRow, transaction) }
            return nil
        }
        if let countRow { try DeadLetterCounts.decrement(countRow, transaction) }
        if case .queued = next, let recipient { transaction.queued(Endpoint(channel, recipient)) }
        try appendHistory(event, history, actor, detail, transaction)
        return next
    }

    /// The guarded write: only from the state that was read.
    private func write(
        _ next: DeliveryState, _ event: DeliveryEvent, problem: String?, recipient: String?, countRow: Int64?,
        _ transaction: StoreTransaction
    ) throws(StoreError) -> Bool {
        var columns: [(name: String, value: SQLValue)] = [("state", .word(next.name))]
        switch next {
        case .queued(let attempt, let at), .leased(let attempt, let at):
            columns += [("attempt", .int(attempt)), ("ready_at", .instant(at))]
        case .delivered(let at), .discarded(let at): columns += [("ready_at", .null), ("finished_at", .instant(at))]
        case .dead(_, let since): columns += [("ready_at", .null), ("dead_since", .instant(since))]
        }
        switch event {
        case .giveUp(let cause, _):
            columns += [
                ("reason", .word(cause.reason)), ("cause", .text(cause.name)), ("count_row", .optional(countRow)),
            ]
        // A message that a person sends on is a new one to its keep-by time and to its feed.
        case .requeue:
            columns += ["reason", "dead_since", "cause", "count_row", "keep_until", "feed_position"].map { ($0, .null) }
            columns.append(("recipient", .optional(recipient)))
        case .supersede, .discard: columns.append(("count_row", .null))
        case .lease, .extend, .release, .returnUnseen, .hasten, .deliver: break
        }
        if let problem { columns.append(("problem", .sealedText(problem, .messageProblem))) }
        let changed = try transaction.run(
            """
            UPDATE message SET \(columns.map { $0.name + " = ?" }.joined(separator: ", "))
            WHERE id = ? AND state = ? AND attempt = ? AND coalesce(ready_at, finished_at, dead_since) = ?
            """,
            columns.map(\.value) + [.text(id), .word(state.name), .int(attempt), .instant(state.moment)])
        return changed == 1
    }

    private func appendHistory(
        _ event: DeliveryEvent, _ entry: HistoryEvent.Entry?, _ actor: String, _ detail: String?,
        _ transaction: StoreTransaction
    ) throws(StoreError) {
        // A lease that nobody settled leaves its trace when the message is leased again or given up.
        if case .leased(let attempt, let ended) = state {
            let now: Instant? =
                switch event {
                case .lease(let now, _), .giveUp(_, let now): now
                case .extend, .release, .returnUnseen, .hasten, .deliver, .requeue, .supersede, .discard: nil
                }
            if let now, ended <= now {
                try History.append(id, .leaseEnded, "gateway", "attempt \(attempt)", at: ended, transaction)
            }
        }
        let (usual, at): (HistoryEvent.Entry?, Instant?) =
            switch event {
            case .lease, .extend, .returnUnseen, .hasten: (nil, nil)
            case .release(_, let at): (.released, at)
            case .deliver(let at): (.delivered, at)
            case .giveUp(_, let at): (.dead, at)
            case .requeue(let at): (.requeued, at)
            case .supersede(let at): (.retried, at)
            case .discard(let at): (.discarded, at)
            }
        guard let usual, let at else { return }
        var text = detail
        if case .giveUp(let cause, _) = event { text = "\(cause.reason.rawValue): \(detail ?? cause.failure.rawValue)" }
        try History.append(id, entry ?? usual, actor, text, at: at, transaction)
    }
}

extension DeliveryState {
    /// The one of its moments that its row keeps.
    fileprivate var moment: Instant {
        switch self {
        case .queued(_, let at), .leased(_, let at), .delivered(let at), .dead(_, let at), .discarded(let at): at
        }
    }
}
