import Delivery
import Intake
import Messaging
import Observability
import Transport
import Vocabulary

/// Everything that leaves the gateway, wired: the courier, the feed, the exchange folders and the operators' view of them.
struct DeliveryModule: Sendable {
    let routes: [Route]
    let courier: Courier
    private let post: FolderIntake

    /// What the wing shares with the rest of the gateway.
    struct Surroundings: Sendable {
        let store: any DeliveryStore
        let registry: Registry
        let client: HTTPClient
        /// Rings for those who wait on a call.
        let bell: Bell
        /// Rings for the courier.
        let courierBell: Bell
        let now: @Sendable () -> Instant
        let bits: @Sendable () -> UInt64
        let log: Log
        let metrics: Metrics
    }

    init(
        _ around: Surroundings, files: ExchangeFolderIntake, referrals: ReferralView,
        signIn: @escaping LeaseService.SignIn,
        configuration: Configuration
    ) {
        let courier = Courier(
            store: around.store, client: around.client, registry: around.registry, settings: Courier.Settings(),
            bell: around.courierBell, now: around.now, bits: around.bits, read: AnswerReading.value(of:at:),
            signIn: signIn, log: around.log, metrics: around.metrics)
        self.courier = courier
        var settings = FolderIntake.Settings()
        settings.poll = .seconds(configuration.exchangeSeconds)
        settings.maxBytes = configuration.bodyBytes
        post = FolderIntake(
            registry: around.registry, settings: settings, bits: around.bits,
            handIn: { try await files.handIn($0, partnerID: $1) }, log: around.log, metrics: around.metrics)
        let feed = StatusFeed(
            store: around.store, registry: around.registry, limits: StatusFeed.Limits(), bell: around.bell,
            now: around.now, canonical: { try await referrals.visibleStatus(of: $0) })
        routes = feed.routes
    }

    /// Until the task is cancelled; what is under way then is finished and recorded first.
    func run() async {
        async let carrying: Void = courier.run()
        async let emptying: Void = post.run()
        _ = await (carrying, emptying)
    }
}
