import Journal
import Messaging
import Transport

/// What the window asks of the hallway.
public typealias WindowStore = DeadLetterStore & JobStore & AuditStore & AccountStore & FlowStore & AlertStore
    & DeliveryStore & ClockStore & DriftStore & FollowUpStore & RuleLog

/// The window's services, which the HTTP interface and the console share.
public struct Window: Sendable {
    public let deadLetters: DeadLetterDesk
    public let bulk: BulkRetry
    public let audit: AuditDesk
    public let outlets: OutletDesk
    public let clocks: ClockDesk
    public let drift: DriftDesk
    public let parked: ParkedDesk
    public let flow: FlowDesk
    public let documents: DocumentDesk
    public let rules: RuleDesk
    public let reports: ReportDesk
    public let gauges: Gauges
    public let attention: AttentionDesk
    public let alerts: AlertDesk
    public let signIn: SignInDesk
    public let accounts: AccountDesk

    /// - Parameters:
    ///   - node: names this node among those that share the store.
    ///   - client: carries alerts to their webhook.
    public init(
        store: any WindowStore, registry: Registry, identifiers: IdentifierSource,
        now: @escaping @Sendable () -> Instant, errands: DeskErrands,
        alerts settings: AlertSettings, node: String, client: HTTPClient, log: Log, metrics: Metrics
    ) {
        let pen = AuditPen(now: now)
        deadLetters = DeadLetterDesk(
            store: store, institutions: Set(registry.institutions.keys), errands: errands, pen: pen, log: log)
        bulk = BulkRetry(store: store, desk: deadLetters, identifiers: identifiers, pen: pen, log: log)
        audit = AuditDesk(store: store, pen: pen)
        outlets = OutletDesk(store: store, registry: registry, pen: pen, lanes: errands.lanes, log: log)
        clocks = ClockDesk(store: store, now: now, log: log, metrics: metrics)
        drift = DriftDesk(store: store, now: now)
        parked = ParkedDesk(store: store, now: now)
        flow = FlowDesk(store: store, registry: registry, outlets: outlets, now: now, log: log)
        documents = DocumentDesk(flow: flow, audit: store, pen: pen, decode: errands.decode)
        rules = RuleDesk(log: store, reassess: errands.reassess)
        reports = ReportDesk(
            store: store, registry: registry, name: errands.codeName, calendar: errands.calendar,
            onTime: errands.onTime)
        gauges = Gauges(flow: flow, letters: deadLetters, clocks: errands.clocks, metrics: metrics)
        attention = AttentionDesk(
            letters: deadLetters, flow: flow, parked: parked, errands: errands, settings: settings, now: now)
        alerts = AlertDesk(
            store: store, attention: attention, settings: settings, node: node, identifiers: identifiers,
            client: client, log: log)
        signIn = SignInDesk(store: store, pen: pen)
        accounts = AccountDesk(store: store, pen: pen)
    }

    /// The operators' part of the HTTP interface.
    public var routes: [Route] {
        deadLetters.routes + bulk.routes + audit.routes + outlets.routes + clocks.routes + drift.routes + flow.routes
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
