import Messaging
import Observability
import Transport
import Vocabulary

/// What the operator services asks of the message store.
public typealias OperatorStore = DeadLetterStore & JobStore & AuditStore & AccountStore & MessageQueryStore & AlertStore
    & DeliveryStore & ClockStore & DriftStore & FollowUpStore & RuleLog

/// The operator services's services, which the HTTP interface and the console share.
public struct OperatorServices: Sendable {
    public let deadLetters: DeadLetterService
    public let bulk: BulkRetry
    public let audit: AuditService
    public let endpoints: EndpointService
    public let clocks: ClockService
    public let drift: DriftService
    public let parked: ParkedMessageService
    public let flow: MessageQueryService
    public let documents: DocumentService
    public let rules: RuleTraceService
    public let reports: ReportService
    public let gauges: Gauges
    public let attention: AttentionService
    public let alerts: AlertService
    public let signIn: SignInService
    public let accounts: AccountService

    /// - Parameters:
    ///   - node: names this node among those that share the store.
    ///   - client: carries alerts to their webhook.
    public init(
        store: any OperatorStore, registry: Registry, identifiers: IdentifierSource,
        now: @escaping @Sendable () -> Instant, caseServices: CaseServices,
        alerts settings: AlertSettings, node: String, client: HTTPClient, log: Log, metrics: Metrics
    ) {
        let pen = AuditPen(now: now)
        deadLetters = DeadLetterService(
            store: store, institutions: Set(registry.institutions.keys), caseServices: caseServices, pen: pen, log: log)
        bulk = BulkRetry(store: store, deadLetters: deadLetters, identifiers: identifiers, pen: pen, log: log)
        audit = AuditService(store: store, pen: pen)
        endpoints = EndpointService(
            store: store, registry: registry, pen: pen, connections: caseServices.connections, log: log)
        clocks = ClockService(store: store, now: now, log: log, metrics: metrics)
        drift = DriftService(store: store, now: now)
        parked = ParkedMessageService(store: store, now: now)
        flow = MessageQueryService(store: store, registry: registry, endpoints: endpoints, now: now, log: log)
        documents = DocumentService(flow: flow, audit: store, pen: pen, decode: caseServices.decode)
        rules = RuleTraceService(log: store, reassess: caseServices.reassess)
        reports = ReportService(
            store: store, registry: registry, name: caseServices.codeName, calendar: caseServices.calendar,
            onTime: caseServices.onTime)
        gauges = Gauges(flow: flow, deadLetters: deadLetters, clocks: caseServices.clocks, metrics: metrics)
        attention = AttentionService(
            deadLetters: deadLetters, flow: flow, parked: parked, caseServices: caseServices, settings: settings,
            now: now)
        alerts = AlertService(
            store: store, attention: attention, settings: settings, node: node, identifiers: identifiers,
            client: client, log: log)
        signIn = SignInService(store: store, pen: pen)
        accounts = AccountService(store: store, pen: pen)
    }

    /// The operators' part of the HTTP interface.
    public var routes: [Route] {
        deadLetters.routes + bulk.routes + audit.routes + endpoints.routes + clocks.routes + drift.routes + flow.routes
            + documents.routes + rules.routes + reports.routes + alerts.routes + signIn.routes + accounts.routes
    }

    /// What works by itself, until the task is cancelled.
    public func run() async {
        async let bulk: Void = bulk.run()
        async let flow: Void = flow.run()
        async let alerts: Void = alerts.run()
        _ = await (bulk, flow, alerts)
    }
}
