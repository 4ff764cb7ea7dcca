import Canonical
import Cases
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Vocabulary

/// Takes in referrals and whatever follows them, from whomever and whichever way they come.
public struct IntakeService: Sendable {
    let pipeline: Pipeline
    let clerk: CaseClerk
    let store: any MessageStore & EvidenceStore & FollowUpStore & AttachmentStore
    let limits: CaseLimits
    let now: @Sendable () -> Instant
    private let statistics: IntakeStatistics
    private let underway: CommitsUnderway

    var registry: Registry { clerk.registry }

    /// - Parameter underway: where the store learns that a commit is being prepared, so that it may wait for it.
    public init(
        _ pipeline: Pipeline, clerk: CaseClerk,
        store: any MessageStore & EvidenceStore & FollowUpStore & AttachmentStore,
        limits: CaseLimits = CaseLimits(),
        now: @escaping @Sendable () -> Instant, log: Log, metrics: Metrics,
        drift: DriftWatch, underway: CommitsUnderway = CommitsUnderway()
    ) {
        self.pipeline = pipeline
        self.clerk = clerk
        self.store = store
        self.limits = limits
        self.now = now
        statistics = IntakeStatistics(metrics: metrics, drift: drift, log: log)
        self.underway = underway
    }

    /// The whole journey of a document: *identify → parse, validate, translate → look what is on file → triage → commit →
    /// receipt*.
    ///
    /// The receipt is given only after the commit, so what was acknowledged is never lost. A copy of a message that is
    /// still being worked on meets the first one in the store's transaction and gets the same receipt. What is about an
    /// earlier referral finds it, or waits for it, in that transaction too.
    ///
    /// - Throws: `Problem` where nothing was kept since the call itself is wrong, `StoreError`, `RenderError`.
    public func submit(_ submission: Submission) async throws -> Admission {
        let announcement = underway.announce()
        // A document meets no other mappings and rules between its first byte and its commit.
        let pipeline = pipeline.pinned()
        let clerk = clerk.with(pipeline.current)

        // Identify.
        let sender = try registry.sender(submission.caller)
        let message = try message(of: submission, from: sender, through: pipeline)

        // Parse, validate, translate.
        let read = try pipeline.read(message, about: submission.terms.subject)
        let named = try await hold(read, message, to: submission.terms.subject, from: sender, through: pipeline)

        // Look what is on file.
        let translation = try await withUploads(read, of: sender, at: submission.receivedAt)
        let evidence = try await evidence(
            on: translation.records.map(\.application), at: submission.receivedAt)

        // Triage.
        let walk = pipeline.assess(translation, message, evidence: evidence)

        // Commit.
        let packed = try ReferralPacker(clerk: clerk, limits: limits).pack(
            walk, of: submission, from: sender, about: named)
        announcement.arrived()
        let acceptance = try await store.accept(packed.commit)

        // Receipt.
        let admission = Admission(acceptance, of: packed)
        if submission.isObserved { statistics.note(admission, packed.commit, walk) }
        return admission
    }

    /// The same journey up to the commit: nothing is stored, and what is on file about the persons is not looked at, so
    /// that nobody learns it without leaving a trace.
    public func dryRun(_ submission: Submission) throws -> Pipeline.Walk {
        let pipeline = pipeline.pinned()
        let sender = submission.caller.role == .operator ? nil : try registry.sender(submission.caller)
        let message = try message(of: submission, from: sender, through: pipeline)
        return pipeline.assess(
            try pipeline.read(message, about: submission.terms.subject), message, evidence: { _ in [] })
    }

    /// - Throws: `Problem` 415 where the bytes are no document; what was in the dead-letter queue was one once.
    private func message(
        of submission: Submission, from sender: Partner?, through pipeline: Pipeline
    ) throws(Problem) -> Pipeline.Message {
        if !submission.isResent {
            try DocumentMedia.check(
                submission.bytes, mediaType: submission.mediaType,
                mayBeEmpty: submission.terms.subject?.isWithdrawal ?? false)
        }
        var message = submission.message(from: sender)
        message.yieldsMapping = submission.isResent
        if submission.isResent, let mapping = message.mapping,
            !pipeline.mayUse(mapping, among: message.allowedMappings)
        {
            message.mapping = nil
        }
        return message
    }

    /// What status shares on file show about the persons of applications.
    func evidence(
        on applications: [LegalAidApplication], at now: Instant
    ) async throws(StoreError) -> (LegalAidApplication) -> [JSONValue] {
        let persons = Set(applications.flatMap { clerk.keys.persons(in: $0, at: "recipient") })
        var shown: [String: [JSONValue]] = [:]
        for share in try await store.evidence(of: Array(persons), now: now) {
            shown[share.person, default: []] += try [JSONValue](stored: share.content, "evidence \(share.id)")
        }
        if shown.isEmpty { return { _ in [] } }
        return { [shown] application in
            clerk.keys.persons(in: application, at: "recipient").flatMap { shown[$0] ?? [] }
        }
    }
}
