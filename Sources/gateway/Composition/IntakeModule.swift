import Cases
import Delivery
import Intake
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Everything that comes in, wired: referrals and what follows them, and what institutions report about their cases.
struct IntakeModule: Sendable {
    let pipeline: Pipeline
    let service: IntakeService
    let files: ExchangeFolderIntake
    let referrals: ReferralView
    let backDoor: BackDoor
    private let attachments: AttachmentService
    private let reviewCases: ReviewCaseLists
    private let receipts: SignedReceipts
    private let institution: RehearsalInstitution
    let drift: DriftWatch
    /// Keyed with the identity key.
    let hash: KeyedHash

    /// - Throws: where the identity key can be neither read nor made, or is not the store's.
    ///
    /// - Parameter isRehearsal: whether partners may ask for what institutions do.
    init(
        _ around: Surroundings, _ pipeline: Pipeline, _ storing: StoreModule, isRehearsal: Bool = false
    ) async throws {
        self.pipeline = pipeline
        hash = try await IdentityKey.load(around.configuration.identityKeyFile, for: storing.store)
        drift = DriftWatch(store: storing.store, hash: hash, log: around.log, metrics: around.metrics)
        let clerk = CaseClerk(
            pipeline.current, identifiers: around.identifiers, registry: around.registry, keys: CaseKeys(hash: hash))
        service = IntakeService(
            pipeline, clerk: clerk, store: storing.store, limits: around.configuration.caseLimits, now: around.now,
            log: around.log, metrics: around.metrics, drift: drift, underway: storing.underway)
        files = ExchangeFolderIntake(service)
        referrals = ReferralView(store: storing.store, registry: around.registry, now: around.now)
        receipts = SignedReceipts(referrals, signer: around.configuration.receiptSigner)
        reviewCases = ReviewCaseLists(store: storing.store, registry: around.registry, keys: clerk.keys)
        backDoor = BackDoor(clerk: clerk, store: storing.store, now: around.now, log: around.log)
        institution = RehearsalInstitution(backDoor, store: storing.store, isRehearsal: isRehearsal)
        attachments = AttachmentService(
            backDoor: backDoor, store: storing.store, registry: around.registry,
            limits: around.configuration.uploadLimits, parseLimits: around.configuration.parseLimits, now: around.now,
            log: around.log)
    }

    var routes: [Route] {
        let parts: [[Route]] = [
            HTTPIntake(service, referrals: referrals).routes, referrals.routes, backDoor.routes, attachments.routes,
            reviewCases.routes, receipts.routes, OwnMessageView(referrals, pipeline.current).routes, institution.routes,
        ]
        return parts.flatMap(\.self)
    }
}

extension ExchangeFolderIntake: FileSubmission {}
extension ReferralView: VisibleStatusSource {}

extension BackDoor: SignIn {
    public func reason(of content: JSONValue, to institution: String) -> String {
        InstitutionMessageKind.reason(of: content, to: institution).rawValue
    }
}
