import Journal
import Messaging
import StrictJSON
import Transport

/// What is watched, from when on, and who is told.
public struct AlertSettings: Sendable {
    /// Between two looks.
    public var every: Duration = .seconds(30)
    /// A condition is over when it was absent for so long: what comes and goes is one alert.
    public var settle: Duration = .seconds(300)
    /// Dead letters; `nil` switches a rule off.
    public var deadLetters: Int? = 1
    public var deadLetterAge: Duration? = .seconds(24 * 3600)
    public var queueAge: Duration? = .seconds(2 * 3600)
    public var partnerSilence: Duration? = .seconds(48 * 3600)
    /// Before a certificate or key ends.
    public var expiry: Duration? = .seconds(30 * 86_400)
    /// Where messages are posted, besides the log.
    public var webhook: ReturnAddress?

    public init() {}
}

/// What an alert is about.
public enum AlertRule: String, Sendable, CaseIterable {
    case deadLetters, deadLetterAge, queueAge, partnerSilence, clocksDueSoon, clocksOverdue, circuitOpen, expiry

    /// Seen by one node only: another node's look says nothing about it.
    var isLocal: Bool { self == .circuitOpen }

    /// - Parameter subject: the queue, partner, clock, receiver or key; `all` where there is only one.
    public func text(_ phase: AlertNotice.Phase, _ subject: String) -> LocalizedText {
        let begins = phase == .began
        return switch self {
        case .deadLetters:
            begins
                ? LocalizedText(
                    zh: "有报文需要人工处理，请打开死信列表。", en: "Letters wait for a person: open the dead letters.")
                : LocalizedText(zh: "死信已处理完毕。", en: "The dead letters are dealt with.")
        case .deadLetterAge:
            begins
                ? LocalizedText(zh: "有死信超过时限无人处理。", en: "A dead letter has waited too long.")
                : LocalizedText(zh: "不再有超时的死信。", en: "No dead letter waits too long any more.")
        case .queueAge:
            begins
                ? LocalizedText(
                    zh: "队列 \(subject) 积压超过时限，请联系该机构。",
                    en: "Queue \(subject) is not being worked: call the institution.")
                : LocalizedText(zh: "队列 \(subject) 恢复正常。", en: "Queue \(subject) is being worked again.")
        case .partnerSilence:
            begins
                ? LocalizedText(
                    zh: "单位 \(subject) 超过时限没有来件，请确认其系统。", en: "Partner \(subject) has gone silent: check its system.")
                : LocalizedText(zh: "单位 \(subject) 恢复来件。", en: "Partner \(subject) sends again.")
        case .clocksDueSoon:
            begins
                ? LocalizedText(zh: "法定期限 \(subject) 即将届满。", en: "Time limit \(subject) comes due soon.")
                : LocalizedText(zh: "期限 \(subject) 不再临近。", en: "No time limit \(subject) is near any more.")
        case .clocksOverdue:
            begins
                ? LocalizedText(zh: "法定期限 \(subject) 已超。", en: "Time limit \(subject) has passed.")
                : LocalizedText(zh: "期限 \(subject) 不再超期。", en: "No time limit \(subject) is overdue any more.")
        case .circuitOpen:
            begins
                ? LocalizedText(zh: "无法推送到 \(subject)，已熔断。", en: "The circuit to \(subject) is open.")
                : LocalizedText(zh: "\(subject) 推送恢复。", en: "\(subject) is reached again.")
        case .expiry:
            begins
                ? LocalizedText(zh: "证书或密钥 \(subject) 即将到期，请更换。", en: "\(subject) is about to expire: replace it.")
                : LocalizedText(zh: "\(subject) 已更换。", en: "\(subject) was replaced.")
        }
    }
}

/// Looks now and then whether something ought not to be so, and tells it twice: when it begins and when it is over,
/// however many messages it concerns, however many nodes look.
public struct AlertDesk: Sendable {
    private static let batch = 20
    private static let claimSeconds = 60
    private static let timeout: Duration = .seconds(15)
    /// Tries of a message whose receiver does not answer; with the waits between them, about a day.
    private static let patience = RetryPolicy(base: 5_000, cap: 600_000, maxAttempts: 150)

    let store: any AlertStore
    let flow: FlowDesk
    let letters: DeadLetterDesk
    let errands: DeskErrands
    let settings: AlertSettings
    /// Names this node among those that share the store.
    let node: String
    let identifiers: IdentifierSource
    let client: HTTPClient
    let log: Log

    public init(
        store: any AlertStore, flow: FlowDesk, letters: DeadLetterDesk, errands: DeskErrands,
        settings: AlertSettings, node: String, identifiers: IdentifierSource, client: HTTPClient, log: Log
    ) {
        self.store = store
        self.flow = flow
        self.letters = letters
        self.errands = errands
        self.settings = settings
        self.node = node
        self.identifiers = identifiers
        self.client = client
        self.log = log
    }

    /// What has begun and is not over, the oldest first.
    public func open() async throws(StoreError) -> [OpenAlert] { try await store.openAlerts() }

    /// Looks and tells until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                try await round()
            } catch {
                log.warning("alerts could not be looked for", [("error", .string("\(type(of: error))"))])
            }
            try? await Task.sleep(for: settings.every)
        }
    }

    /// One look, and the messages that are due.
    func round() async throws {
        let local = localPrefix
        let notices = try await store.reconcileAlerts(
            try await conditions(),
            looked: { AlertRule(rawValue: $0.rule)?.isLocal != true || $0.subject.hasPrefix(local) },
            settle: settings.settle, now: flow.now(), isSent: settings.webhook != nil, write: notice)
        for notice in notices {
            log.warning("alert", [("notice", (try? JSONValue(parsing: Array(notice.body.utf8))) ?? .null)])
        }
        try await send()
    }

    private var localPrefix: String { node + " " }

    // MARK: Looking

    private func conditions() async throws -> Set<AlertCondition> {
        var found: Set<AlertCondition> = []
        func find(_ rule: AlertRule, _ subject: String = "all", if isSo: Bool) {
            if isSo { found.insert(AlertCondition(rule: rule.rawValue, subject: subject)) }
        }
        let now = flow.now()
        func isOlder(_ since: Instant?, than age: Duration?) -> Bool {
            guard let since, let age else { return false }
            return since.advanced(by: age) <= now
        }
        let causes = try await letters.causes(DeadLetterFilter())
        let count = causes.reduce(0) { $0 + $1.count }
        find(.deadLetters, if: settings.deadLetters.map { count >= $0 } ?? false)
        find(.deadLetterAge, if: isOlder(causes.map(\.oldest).min(), than: settings.deadLetterAge))
        for queue in try await flow.queues() {
            find(.queueAge, queue.queue, if: isOlder(queue.oldest, than: settings.queueAge))
        }
        for partner in try await flow.partners() {
            find(.partnerSilence, partner.partnerID, if: isOlder(partner.lastSeen, than: settings.partnerSilence))
        }
        for clock in try await errands.clocks() {
            find(.clocksDueSoon, clock.clock, if: clock.dueSoon > 0)
            find(.clocksOverdue, clock.clock, if: clock.overdue > 0)
        }
        for receiver in errands.openCircuits() { find(.circuitOpen, localPrefix + receiver, if: true) }
        for (name, end) in errands.expiries() {
            find(.expiry, name, if: settings.expiry.map { end <= now.advanced(by: $0) } ?? false)
        }
        return found
    }

    @Sendable private func notice(_ phase: AlertNotice.Phase, _ alert: OpenAlert) -> AlertNotice {
        let now = flow.now()
        let id = identifiers.next(at: now)
        let text = AlertRule(rawValue: alert.condition.rule)?.text(phase, alert.condition.subject)
        let body = JSONValue.compact([
            ("id", .string(id)), ("alert", .string(alert.condition.rule)),
            ("subject", .string(alert.condition.subject)), ("phase", .string(phase.rawValue)),
            ("at", .string(now.rfc3339)), ("beganAt", .string(alert.beganAt.rfc3339)), ("zh", .text(text?.zh)),
            ("en", .text(text?.en)),
        ])
        return AlertNotice(id: id, body: body.text(), attempts: 0)
    }

    // MARK: Telling

    private func send() async throws {
        guard let webhook = settings.webhook else { return }
        let now = flow.now()
        let due = try await store.claimNotices(
            max: Self.batch, now: now, until: now.advanced(seconds: Self.claimSeconds))
        for notice in due {
            let problem = await post(notice, to: webhook)
            // Evenly, without jitter: one receiver, and few messages.
            let wait = problem == nil ? nil : Self.patience.wait(afterAttempt: notice.attempts, random: 1)
            try await store.settleNotice(
                notice.id, next: wait.map { flow.now().advanced(by: $0) }, problem: problem)
            if let problem {
                log.warning("alert not delivered", [("id", .string(notice.id)), ("problem", .string(problem))])
            }
        }
    }

    /// - Returns: why it was not taken, or nothing when it was.
    private func post(_ notice: AlertNotice, to webhook: ReturnAddress) async -> String? {
        var headers = [("Content-Type", "application/json; charset=utf-8"), ("Idempotency-Key", notice.id)]
        if let token = webhook.token { headers.append(("Authorization", "Bearer \(token)")) }
        var request = OutgoingRequest(
            method: "POST", url: webhook.url, headers: headers, body: Array(notice.body.utf8), timeout: Self.timeout,
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

extension AlertDesk {
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
        ])
    }
}
