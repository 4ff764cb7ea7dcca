import Cases
import Delivery
import Intake
import Messaging
import Operations

/// Everything that time itself asks for.
struct Errands {
    let around: Surroundings
    let storing: StoreModule
    let intake: IntakeModule
    let services: OperatorServices
    let audit: SystemAudit
    let refusals: RefusedCredentials
    let sealing: AuditSealing

    /// Often enough that nobody waits for it, seldom enough to cost nothing.
    private static let indexing: Duration = .seconds(2)
    private static let counting: Duration = .seconds(30)
    /// What was done since can be taken away without a trace by whoever may write the store.
    private static let sealingTurn: Duration = .seconds(5)
    private static let forgetting: Duration = .seconds(60)
    private static let erasing: Duration = .seconds(600)

    var all: [Errand] { storeErrands + caseErrands + watchErrands + auditErrands }

    private var retention: RetentionService {
        RetentionService(store: storing.store, schedule: around.configuration.retention, now: around.now)
    }

    private var sweep: Duration { .seconds(around.configuration.sweepSeconds) }

    /// What the store alone has to do.
    private var storeErrands: [Errand] {
        let store = storing.store
        return [
            .expireParkedMessages(
                every: sweep, in: store, now: around.now, log: around.log, metrics: around.metrics),
            .expireMessages(every: sweep, in: store, now: around.now, log: around.log),
            .exhaustLeases(
                every: sweep, of: { [registry = around.registry] in registry.leasedQueues },
                maxAttempts: DeliveryModule.leaseLimits.attempts, in: store,
                now: around.now, log: around.log),
            Errand("note the rules in force", every: Self.counting, limit: 1) { [storing] _ in
                await storing.noteWhatWaits()
                return 0
            },
            .forgetNonces(every: Self.forgetting, in: store, now: around.now),
            .eraseUploads(every: sweep, in: store, now: around.now, log: around.log),
            RetentionWalk(retention, log: around.log).errand(every: Self.erasing),
        ]
    }

    /// What becomes of cases when somebody does not act.
    private var caseErrands: [Errand] {
        [
            Errand("raise due clocks", every: sweep, limit: 500) { [services] in
                try await services.clocks.raise(limit: $0)
            },
            Errand("reckon limits anew", every: sweep, limit: 200) { [intake] in
                try await intake.backDoor.reckonLimits(limit: $0)
            },
            Errand("escalate hand-overs", every: sweep, limit: 100) { [intake] in
                try await intake.backDoor.escalateOverdueHandovers(limit: $0)
            },
        ]
    }

    /// What operators look at.
    private var watchErrands: [Errand] {
        [
            Errand("index references", every: Self.indexing, limit: 200) { [services] in
                try await services.flow.indexReferences(limit: $0)
            },
            Errand("store drift counts", every: Self.counting, limit: 1) { [intake] _ in
                await intake.drift.flush()
                return 0
            },
            Errand("look for alerts", every: around.configuration.alerts.every, limit: 1) { [services] _ in
                try await services.alerts.look()
                return 0
            },
        ]
    }

    /// What the audit trail asks for.
    private var auditErrands: [Errand] {
        [
            Errand("note refused credentials", every: Self.counting, limit: 1) { [refusals] _ in
                try await refusals.flush()
                return 0
            },
            Errand("write audit rows that waited", every: Self.counting, limit: 1) { [audit] _ in
                try await audit.flush()
                return 0
            },
            Errand("seal the audit trail", every: Self.sealingTurn, limit: 1) { [sealing] _ in
                try await sealing.run()
                return 0
            },
        ]
    }

    /// What seals the audit trail, also once more when the gateway stops.
    static func sealing(
        _ around: Surroundings, _ storing: StoreModule, _ intake: IntakeModule, _ services: OperatorServices
    ) -> AuditSealing {
        let file = around.configuration.auditHeadFile.map(AuditHeadFile.init)
        return AuditSealing(
            store: storing.store, key: intake.hash,
            memory: AuditTrailFile(besideKey: around.configuration.identityKeyFile), watch: services.trail,
            every: .seconds(around.configuration.auditHeadHours * 3600),
            now: around.now
        ) { [log = around.log] seal in
            do throws(AuditHeadFile.Unwritable) {
                try file?.append(seal)
            } catch {
                log.error("the file of audit heads cannot be written", [("file", .string(error.text))])
                throw error
            }
            // After it: a turn that failed comes again each minute, and the head with it.
            log.info("audit head", [("head", .notice(seal.json))])
        }
    }
}
