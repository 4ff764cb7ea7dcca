import Cases
import Console
import Foundation
import Intake
import Messaging
import Operations
import Transport
import Vocabulary

/// The operators' side, wired: their services, the console, and the figures for those who watch the gateway.
struct OperatorModule: Sendable {
    let services: OperatorServices
    private let health: Health
    private let console: WebConsole
    private let kit: PartnerKit
    private let schemas: AnswerSchemas

    /// - Throws: where the contract that was built in is no JSON.
    init(
        _ around: Surroundings, _ storing: StoreModule, _ intake: IntakeModule,
        _ delivery: DeliveryModule
    ) throws {
        kit = try PartnerKit(intake.pipeline, registry: around.registry, now: around.now)
        schemas = try AnswerSchemas()
        let rules = PipelineRules(pipeline: intake.pipeline)
        services = OperatorServices(
            store: storing.store, registry: around.registry, identifiers: around.identifiers, now: around.now,
            ports: OperatorPorts(
                cases: IntakeCaseServices(intake: intake.service, backDoor: intake.backDoor),
                text: EncodedText(), rules: rules, endpoints: delivery.courier,
                exchange: delivery.folders,
                expiries: ExpiriesInForce(around: around),
                clocks: StoredClockFigures(store: storing.store, now: around.now), inspection: storing.inspection,
                alertSender: delivery.alerts, connections: delivery.test, catalogue: rules,
                auditKey: intake.hash,
                auditMemory: AuditTrailFile(besideKey: around.configuration.identityKeyFile),
                findsNames: around.configuration.findsNames),
            alerts: around.configuration.alerts, node: ProcessInfo.processInfo.hostName, log: around.log,
            metrics: around.metrics)
        health = Health(
            store: storing.store, gauges: services.gauges, metrics: around.metrics, now: around.now,
            inspection: storing.inspection, rules: rules, reload: services.reload)
        console = WebConsole(
            services: services, store: storing.store,
            library: PipelineLibrary(pipeline: intake.pipeline, metrics: around.metrics, now: around.now),
            registry: around.registry, now: around.now)
    }

    /// The HTTP interface.
    var routes: [Route] { services.routes + health.routes + kit.routes + schemas.routes }
    /// The console's pages.
    var pages: [Route] { console.routes }
}
