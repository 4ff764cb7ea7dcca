import Canonical
import Cases
import Delivery
import Intake
import Messaging
import Observability
import Operations
import StrictJSON
import Synchronization
import Translation
import Transport
import Triage
import Vocabulary

/// The gateway, wired: the only place where the rooms meet.
final class Gateway: Sendable {
    let server: HTTPServer
    /// Every call that is answered.
    let routes: [Route]
    let accounts: AccountService
    let around: Surroundings
    /// The settings that it began with.
    let start: Configuration
    private let log: Log
    let client = HTTPClient()
    let storing: StoreModule
    let intake: IntakeModule
    let delivery: DeliveryModule
    let services: OperatorServices
    let audit: SystemAudit
    let rehearsal: CurrentRehearsal
    private let refusals: RefusedCredentials
    /// What is finished before the gateway stops.
    private let work: [Task<Void, Never>]
    private let inspection: Task<Void, Never>
    private let sealing: AuditSealing
    /// What the listener speaks TLS with now.
    let listening: Mutex<ListenerTLS?>

    /// Opens the store, loads mappings and rules, and begins to listen.
    ///
    /// - Throws: `ConfigurationError` with every mistake in mappings and rules; what keeps the store or the port shut.
    init(_ configuration: Configuration, log: Log) async throws {
        let around = Surroundings(configuration, log: log)
        let pipeline = try Self.pipeline(configuration)
        let storing = try await StoreModule(around)
        await storing.note(pipeline.triage)
        let intake = try await IntakeModule(around, pipeline, storing)
        let delivery = DeliveryModule(around, client, storing, intake)
        let operators = try OperatorModule(around, storing, intake, delivery)
        let services = operators.services
        let calls = Route.merged(intake.routes + delivery.routes + operators.routes)
        let description = try OpenAPI(
            describing: calls, senderKinds: around.registry.senderKinds,
            ownFindings: { pipeline.translator.ownFindings })
        routes = description.calls + operators.pages
        audit = SystemAudit(store: storing.store, now: around.now, log: log)
        refusals = services.refusals
        await audit.started(configuration, rules: pipeline.triage.digest, key: intake.hash)
        rehearsal = CurrentRehearsal(try await Rehearsal(around, configuration, pipeline, client))
        server = try Listener.open(
            around, routes, services.signIn, refusals, storing.store, rehearsal: rehearsal)
        sealing = Errands.sealing(around, storing, intake, services)
        let errands = Errands(
            around: around, storing: storing, intake: intake, services: services, audit: audit, refusals: refusals,
            sealing: sealing)
        let scheduler = Scheduler(errands.all, log: log)
        work = [Task { await delivery.run() }, Task { await services.bulk.run() }, Task { await scheduler.run() }]
        inspection = Task { await Self.inspect(storing, services.alerts, log) }
        accounts = services.accounts
        listening = Mutex(configuration.tls?.made)
        self.around = around
        start = configuration
        self.services = services
        self.log = log
        self.storing = storing
        self.intake = intake
        self.delivery = delivery
        services.reload.set { [weak self] actor, reason throws(ConfigurationError) in
            try await self?.reloadAndReckon(by: actor, because: reason) ?? ReloadService.Outcome(changes: [])
        } check: { [weak self] () throws(ConfigurationError) in
            try await self?.checkReload() ?? []
        } ring: { [alerts = services.alerts] in
            await Self.look(alerts, log)
        }
    }

    /// So long at most an administrator waits for the limits that move.
    private static let reckoning: Duration = .seconds(10)
    /// So many of them are told.
    private static let toldLimits = 500

    /// The same as `reload`, with the limits that move by it: what is not done by then goes on by itself.
    private func reloadAndReckon(
        by actor: String, because reason: String?
    ) async throws(ConfigurationError) -> ReloadService.Outcome {
        let since = around.now()
        var outcome = ReloadService.Outcome(changes: try await reload(by: actor, because: reason))
        do throws(StoreError) {
            outcome.isWhole = try await reckonLimits()
            let moved = try await storing.store.movedLimits(of: nil, before: nil, limit: Self.toldLimits + 1)
                .filter { $0.at >= since }
            outcome.isWhole = outcome.isWhole && moved.count <= Self.toldLimits
            outcome.moved = Array(moved.prefix(Self.toldLimits))
        } catch {
            outcome.isWhole = false
            log.warning("limits are reckoned later", [("error", .string(error.code))])
        }
        return outcome
    }

    /// - Returns: whether all are done.
    private func reckonLimits() async throws(StoreError) -> Bool {
        let (batch, deadline) = (200, ContinuousClock.now.advanced(by: Self.reckoning))
        // Twice: what somebody else had under way meanwhile is done by the second turn.
        for _ in 0..<2 {
            while try await intake.backDoor.reckonLimits(limit: batch) == batch {
                guard ContinuousClock.now < deadline else { return false }
            }
        }
        return true
    }

    /// Reads the store through. Damage cannot wait until alerts are next looked for.
    private static func inspect(_ storing: StoreModule, _ alerts: AlertService, _ log: Log) async {
        await storing.inspect()
        guard storing.inspection.condition.fault != nil else { return }
        await look(alerts, log)
    }

    private static func look(_ alerts: AlertService, _ log: Log) async {
        do {
            try await alerts.look()
        } catch {
            log.warning("alerts could not be looked for", [("error", .string("\(type(of: error))"))])
        }
    }

    /// Stops taking, finishes what is under way, flushes.
    func stop() async {
        delivery.endWaits()
        rehearsal.value?.endWaits()
        await server.stop(drain: .seconds(20))
        for task in work { task.cancel() }
        // Not waited for: it only reads, and a large table takes its time.
        inspection.cancel()
        for task in work { await task.value }
        await intake.drift.flush()
        await noteEnd()
        await client.close()
        await rehearsal.value?.stop()
        await storing.close()
    }

    private func noteEnd() async {
        do {
            try await refusals.flush()
        } catch {
            log.warning("refused credentials were not noted", [("error", .string(error.code))])
        }
        await audit.stopped()
        // What is done while the gateway rests stands after this seal.
        do {
            try await sealing.run()
        } catch {
            log.warning("the audit trail was not sealed at the end", [("error", .string("\(type(of: error))"))])
        }
    }
}
