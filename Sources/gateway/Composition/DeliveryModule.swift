import Cases
import Delivery
import Messaging
import Operations
import Transport
import Vocabulary

/// Everything that leaves the gateway, wired: leases, the feed, the courier, the exchange folders.
struct DeliveryModule: Sendable {
    let routes: [Route]
    let courier: Courier
    let folders: FolderIntake
    let test: ConnectionTest
    let alerts: AlertPush
    private let wakeups = Wakeups()

    init(_ around: Surroundings, _ client: HTTPClient, _ storing: StoreModule, _ intake: IntakeModule) {
        let store = storing.store
        let courier = Courier(
            store: store, client: client, registry: around.registry, settings: Courier.Settings(), now: around.now,
            bits: around.bits, cases: intake.backDoor, log: around.log,
            metrics: around.metrics)
        self.courier = courier
        test = ConnectionTest(client: client, now: around.now, identifiers: around.identifiers)
        alerts = AlertPush(client: client, address: around.registry.alarmSystem, now: around.now, log: around.log)
        var settings = FolderIntake.Settings()
        settings.poll = .seconds(around.configuration.exchangeSeconds)
        settings.quiet = .seconds(around.configuration.exchangeQuietSeconds)
        settings.receiptLimit = .seconds(around.configuration.receiptSeconds)
        settings.maxBytes = around.configuration.bodyBytes
        folders = FolderIntake(
            registry: around.registry, settings: settings, now: around.now, bits: around.bits, intake: intake.files,
            log: around.log, metrics: around.metrics)
        let leases = LeaseService(
            store: store, limits: Self.leaseLimits, wakeups: wakeups, now: around.now, cases: intake.backDoor,
            log: around.log)
        let feed = StatusFeed(
            store: store, registry: around.registry, limits: StatusFeed.Limits(), wakeups: wakeups, now: around.now,
            statuses: intake.referrals)
        routes =
            leases.routes + feed.routes + ToldStatusList(store: store, statuses: intake.referrals).routes
        store.onQueued { [wakeups] endpoints in
            wakeups.wake(endpoints)
            courier.wake(endpoints)
        }
    }

    static let leaseLimits = LeaseService.Limits()

    /// Until the task is cancelled; what is under way then is finished and recorded first.
    func run() async {
        async let pushing: Void = courier.run()
        async let emptying: Void = folders.run()
        _ = await (pushing, emptying)
    }

    /// Stops looking into folders that the settings name no more; returns when what is under way there is finished.
    func leave(_ settings: Configuration) async { await folders.leaveAll(but: settings.registry) }

    /// Delivers to, and takes from, whoever is registered now.
    func adopt(_ registry: Registry) async {
        await courier.adopt(registry)
        folders.adopt(registry)
    }

    /// No call waits for news any more.
    func endWaits() { wakeups.close() }
}

extension Courier: EndpointReportSource {}
extension ConnectionTest: ConnectionTester {}
extension AlertPush: AlertSender {}
extension FolderIntake: ExchangeReportSource {}
