import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// Looks now and then whether something ought not to be so, and tells it twice: when it begins and when it is over,
/// however many messages it concerns, however many nodes look.
public struct AlertService: Sendable {
    private static let batch = 20
    /// Beyond the longest push.
    private static let claimSeconds = 40
    /// Tries of a message whose receiver does not answer; with the waits between them, about a day.
    private static let patience = RetryPolicy(base: 5_000, cap: 600_000, maxAttempts: 150)

    let store: any AlertStore
    let attention: AttentionService
    let settings: AlertSettings
    /// Names this node among those that share the store.
    let node: String
    let identifiers: IdentifierSource
    let client: HTTPClient
    let log: Log

    public init(
        store: any AlertStore, attention: AttentionService, settings: AlertSettings, node: String,
        identifiers: IdentifierSource, client: HTTPClient, log: Log
    ) {
        self.store = store
        self.attention = attention
        self.settings = settings
        self.node = node
        self.identifiers = identifiers
        self.client = client
        self.log = log
    }

    /// What has begun and is not over, the oldest first.
    public func open() async throws(StoreError) -> [OpenAlert] { try await store.openAlerts() }

    /// One look, and the messages that are due.
    public func look() async throws {
        let (conditions, rules) = try await conditions()
        let local = localPrefix
        let institutionMessages = try await store.reconcileAlerts(
            conditions,
            looked: { condition in
                guard let rule = AlertRule(rawValue: condition.rule) else { return true }
                return rules.contains(rule) && (!rule.isLocal || condition.subject.hasPrefix(local))
            }, settle: settings.settle, now: attention.now(), isSent: settings.webhook != nil, write: notice)
        for notice in institutionMessages {
            log.warning("alert", [("notice", (try? JSONValue(parsing: Array(notice.body.utf8))) ?? .null)])
        }
        try await send()
    }

    private var localPrefix: String { node + " " }

    // MARK: Looking

    /// What is so, and which rules were looked at: what was not looked at is not over.
    private func conditions() async throws -> (Set<AlertCondition>, of: Set<AlertRule>) {
        let items: [Attention]
        do {
            items = try await attention.items()
        } catch {
            // A damaged store may have no answer about anything else.
            guard let damage = attention.damage, let condition = condition(damage) else { throw error }
            return ([condition], [.storeDamaged])
        }
        var found = Set(items.compactMap(condition))
        let deadLetters = items.filter { $0.kind == .deadLetters }
        func find(_ rule: AlertRule, if isSo: Bool) {
            if isSo { found.insert(AlertCondition(rule: rule.rawValue, subject: "all")) }
        }
        find(.deadLetters, if: settings.deadLetters.map { deadLetters.reduce(0) { $0 + $1.count } >= $0 } ?? false)
        let oldest = deadLetters.compactMap(\.since).min()
        find(.deadLetterAge, if: attention.isOlder(oldest, than: settings.deadLetterAge))
        let isStoreKnown = attention.inspection.condition != .unknown
        return (found, Set(AlertRule.allCases.filter { $0 != .storeDamaged || isStoreKnown }))
    }

    /// What rings as it is found; dead letters are counted together.
    private func condition(_ item: Attention) -> AlertCondition? {
        let rule: AlertRule? =
            switch item.kind {
            case .queueAge: .queueAge
            case .partnerSilence: .partnerSilence
            case .clocksDueSoon: .clocksDueSoon
            case .clocksOverdue: .clocksOverdue
            case .circuitOpen: .circuitOpen
            case .expiry: .expiry
            case .storeDamaged: .storeDamaged
            case .deadLetters, .paused, .parked: nil
            }
        return rule.map { AlertCondition(rule: $0.rawValue, subject: ($0.isLocal ? localPrefix : "") + item.subject) }
    }

    @Sendable private func notice(_ phase: AlertMessage.Phase, _ alert: OpenAlert) -> AlertMessage {
        let now = attention.now()
        let id = identifiers.next(at: now)
        let text = AlertRule(rawValue: alert.condition.rule)?.text(phase, alert.condition.subject)
        let body = JSONValue.compact([
            ("id", .string(id)), ("alert", .string(alert.condition.rule)),
            ("subject", .string(alert.condition.subject)), ("phase", .string(phase.rawValue)),
            ("at", .string(now.rfc3339)), ("beganAt", .string(alert.beganAt.rfc3339)), ("zh", .text(text?.zh)),
            ("en", .text(text?.en)),
        ])
        return AlertMessage(id: id, body: body.text(), attempts: 0)
    }

    // MARK: Telling

    private func send() async throws {
        guard let webhook = settings.webhook else { return }
        // One by one: no other node may have a claim run out while earlier ones are waited for.
        for _ in 0..<Self.batch where !Task.isCancelled {
            let now = attention.now()
            let until = now.advanced(by: webhook.timeout).advanced(seconds: Self.claimSeconds)
            guard let notice = try await store.leaseMessages(max: 1, now: now, until: until).first else { return }
            let problem = await post(notice, to: webhook)
            // Evenly, without jitter: one receiver, and few messages.
            let wait = problem == nil ? nil : Self.patience.wait(afterAttempt: notice.attempts, random: 1)
            try await store.settleMessage(
                notice.id, next: wait.map { attention.now().advanced(by: $0) }, problem: problem)
            if let problem {
                log.warning("alert not delivered", [("id", .string(notice.id)), ("problem", .string(problem))])
            }
        }
    }

    /// - Returns: why it was not taken, or nothing when it was.
    private func post(_ notice: AlertMessage, to webhook: ReturnAddress) async -> String? {
        var headers = [("Content-Type", "application/json; charset=utf-8"), ("Idempotency-Key", notice.id)]
        if let token = webhook.token { headers.append(("Authorization", "Bearer \(token)")) }
        var request = OutgoingRequest(
            method: "POST", url: webhook.url, headers: headers, body: Array(notice.body.utf8), timeout: webhook.timeout,
            maxResponseBytes: 64 << 10)
        request.authorities = webhook.authorities
        do throws(HTTPClientError) {
            let response = try await client.send(request)
            return (200..<300).contains(response.status) ? nil : "HTTP \(response.status)"
        } catch {
            return error.code
        }
    }
}

extension AlertService {
    public var routes: [Route] {
        [
            Route("GET", "/v1/alerts", may: .look) { request, _ in
                .json(["alerts": .array(try await open().map { $0.json(request.language) })])
            }
        ]
    }
}

extension OpenAlert {
    func json(_ language: String?) -> JSONValue {
        let text = AlertRule(rawValue: condition.rule)?.text(.began, condition.subject)
        return .compact([
            ("alert", .string(condition.rule)), ("subject", .string(condition.subject)),
            ("beganAt", .string(beganAt.rfc3339)), ("text", .text(text?.text(for: language))),
            ("advice", .text(AlertRule(rawValue: condition.rule)?.advice.text(for: language))),
        ])
    }
}
