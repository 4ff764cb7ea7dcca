import Messaging
import Observability
import Operations
import Storage
import StrictJSON
import Synchronization
import Triage
import Vocabulary

/// The message store, wired, with what reading it through has found.
struct StoreModule: Sendable {
    let store: SQLMessageStore
    /// Documents that are on their way to a commit: the store's writer waits for them a little.
    let underway: CommitsUnderway
    let inspection: StoreInspection
    private let database: any Database
    private let around: Surroundings
    private let unnoted = Waiting<Triage>()

    /// - Throws: `StoreError`: what keeps the store shut.
    init(_ around: Surroundings) async throws {
        self.around = around
        underway = CommitsUnderway()
        database = try around.configuration.openStore(
            maxPending: around.configuration.pendingWrites, underway: underway,
            onCommit: { [metrics = around.metrics] in metrics.committed(units: $0, took: $1) })
        store = try await SQLMessageStore(database: database)
        inspection = StoreInspection(now: around.now) { [database] in database.fault }
    }

    /// Writes down which rules are in force from now on: a message is told later which ones decided about it, and the clocks
    /// that run are reckoned by them.
    func note(_ triage: Triage) async {
        guard let digest = triage.digest else { return }
        unnoted.store(nil)
        do {
            try await store.noteRules(digest, at: around.now())
            try await store.beginReckoning(by: digest, at: around.now())
        } catch {
            around.log.warning("the rules in force were not noted yet", [("error", .string(error.code))])
            unnoted.store(triage)
        }
    }

    /// Notes the rules that the store did not let be noted when they came into force.
    func noteWhatWaits() async {
        if let triage = unnoted.value { await note(triage) }
    }

    /// Reads a large store through beside the work: opening it has read small ones only.
    func inspect() async {
        do {
            try await database.inspect()
            if !Task.isCancelled { inspection.concludeSound() }
            // Once, after an upgrade from a release that kept no tallies, or counted otherwise.
            if !Task.isCancelled, try await database.lacksTallies() {
                try await database.recountTallies()
                around.log.info("the bulletin's figures of before were counted", [])
            }
        } catch .corrupt(let what) {
            around.log.error("the store is damaged", [("problem", .string(what))])
        } catch {
            around.log.warning("the store was not read through", [("error", .string(error.code))])
        }
    }

    func close() async { await database.close() }
}

/// Something that is to be done again, shared between threads.
private final class Waiting<Value: Sendable>: Sendable {
    private let kept = Mutex<Value?>(nil)

    var value: Value? { kept.withLock { $0 } }
    func store(_ value: Value?) { kept.withLock { $0 = value } }
}
