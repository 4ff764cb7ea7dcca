import Messaging
import Observability
import Transport
import Vocabulary

/// What the operator services asks of the message store.
public typealias OperatorStore = DeadLetterStore & JobStore & AuditStore & AccountStore & MessageQueryStore & AlertStore
    & DeliveryStore & ClockStore & MovedLimitStore & HearingStore & LeadStore & TallyStore & ReviewCaseStore
    & DriftStore
    & FollowUpStore & RuleLog & PartnerViewStore
    & ReconciliationStore & AcknowledgementStore & CaseStore

/// The operators' services, which the HTTP interface and the console share.
public struct OperatorServices: Sendable {
    public let deadLetters: DeadLetterService
    public let bulk: BulkRetry
    public let audit: AuditService
    public let endpoints: EndpointService
    public let clocks: ClockService
    public let leads: LeadService
    public let drift: DriftService
    public let parked: ParkedMessageService
    public let flow: MessageQueryService
    public let find: FindService
    public let documents: DocumentService
    public let rules: RuleTraceService
    public let reports: ReportService
    public let gauges: Gauges
    public let attention: AttentionService
    /// Told by whoever seals the audit trail.
    public let trail = AuditTrailWatch()
    public let alerts: AlertService
    public let signIn: SignInService
    public let accounts: AccountService
    public let refusals: RefusedCredentials
    public let reload: ReloadService
    public let codeLists: CodeListService
    public let pings: PingService
    public let mappings: MappingService
    public let reconciliation: ReconciliationService
    public let opened = OpenedDocuments()
    public let drafts = EditDrafts()
    private let replay: StatusReplay

    /// - Parameters:
    ///   - alerts: asked for anew each time: a reload may change them.
    ///   - node: names this node among those that share the store.
    public init(
        store: any OperatorStore, registry: Registry, identifiers: IdentifierSource,
        now: @escaping @Sendable () -> Instant, ports: OperatorPorts,
        alerts settings: @autoclosure @escaping @Sendable () -> AlertSettings, node: String, log: Log, metrics: Metrics
    ) {
        deadLetters = DeadLetterService(
            store: store, registry: registry, cases: ports.cases, text: ports.text,
            now: now, log: log)
        bulk = BulkRetry(store: store, deadLetters: deadLetters, identifiers: identifiers, now: now, log: log)
        audit = AuditService(store: store, key: ports.auditKey, memory: ports.auditMemory)
        endpoints = EndpointService(store: store, registry: registry, now: now, reports: ports.endpoints, log: log)
        clocks = ClockService(store: store, now: now, log: log, metrics: metrics)
        leads = LeadService(store: store, registry: registry)
        drift = DriftService(store: store, now: now)
        parked = ParkedMessageService(store: store, cases: ports.cases, deadLetters: deadLetters, now: now)
        let references = QuotedReferences(hash: ports.auditKey, findsNames: ports.findsNames, text: ports.text)
        flow = MessageQueryService(
            store: store, registry: registry, endpoints: endpoints, references: references, now: now)
        find = FindService(flow: flow, store: store, cases: ports.cases, references: references, now: now)
        documents = DocumentService(flow: flow, audit: store, now: now, text: ports.text)
        rules = RuleTraceService(log: store, cases: ports.cases)
        reports = ReportService(
            store: store, registry: registry, rules: ports.rules,
            onTime: OnTimeService(store: store, now: now, rules: ports.rules))
        gauges = Gauges(
            flow: flow, deadLetters: deadLetters, clocks: ports.clocks, exchange: ports.exchange, metrics: metrics)
        reload = ReloadService(now: now)
        attention = AttentionService(
            deadLetters: deadLetters, flow: flow, parked: parked, clockFigures: ports.clocks,
            expiries: ports.expiries, exchange: ports.exchange, inspection: ports.inspection, trail: trail,
            rules: ports.rules, reload: reload, cases: store, acknowledged: store, settings: settings(),
            now: now)
        alerts = AlertService(
            store: store, attention: attention, settings: settings(), node: node, identifiers: identifiers,
            sender: ports.alertSender, log: log)
        refusals = RefusedCredentials(store: store, now: now)
        signIn = SignInService(store: store, now: now, deviceKey: ports.auditKey, refusals: refusals)
        accounts = AccountService(store: store, now: now)
        codeLists = CodeListService(rules: ports.rules)
        pings = PingService(
            registry: registry, connections: ports.connections, audit: store, text: ports.text, now: now)
        mappings = MappingService(catalogue: ports.catalogue, registry: registry)
        reconciliation = ReconciliationService(store: store, registry: registry, now: now)
        replay = StatusReplay(store: store, deadLetters: deadLetters)
    }

    /// The operators' part of the HTTP interface.
    public var routes: [Route] {
        deadLetters.routes + parked.routes + bulk.routes + audit.routes + endpoints.routes + clocks.routes
            + leads.routes + drift.routes
            + flow.routes + find.routes
            + documents.routes + rules.routes + reports.routes + alerts.routes + signIn.routes + accounts.routes
            + codeLists.routes + pings.routes + mappings.routes + replay.routes + reload.routes
            + reconciliation.routes
    }
}
