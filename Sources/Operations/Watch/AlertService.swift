import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// Looks now and then whether something ought not to be so, and tells it twice: when it begins and when it is over,
/// however many messages it concerns, however many nodes look.
public struct AlertService: Sendable {
    let store: any AlertStore
    let attention: AttentionService
    private let settingsInForce: @Sendable () -> AlertSettings
    /// Names this node among those that share the store.
    let node: String
    let identifiers: IdentifierSource
    let log: Log
    private let ofStore: StoreAlerts

    public init(
        store: any AlertStore, attention: AttentionService,
        settings: @autoclosure @escaping @Sendable () -> AlertSettings, node: String,
        identifiers: IdentifierSource, sender: any AlertSender, log: Log
    ) {
        self.store = store
        self.attention = attention
        settingsInForce = settings
        self.node = node
        self.identifiers = identifiers
        self.log = log
        ofStore = StoreAlerts(sender: sender)
    }

    private var settings: AlertSettings { settingsInForce() }

    /// What has begun and is not over, the oldest first.
    public func open() async throws(StoreError) -> [OpenAlert] { try await store.openAlerts() }

    /// One look. What begins or ends is logged, and queued for the alarm system where there is one.
    public func look() async throws {
        if let fault = attention.fault {
            // Where the store cannot even keep the alert, the log has it.
            log.error("the store is at fault", [("alert", .string(fault.kind.rawValue))])
        }
        await tellOfStore()
        let (conditions, rules) = try await conditions()
        let local = localPrefix
        let messages = try await store.reconcileAlerts(
            Set(conditions.keys),
            looked: { condition in
                guard let rule = AlertRule(rawValue: condition.rule) else { return true }
                return rules.contains(rule) && (!rule.isLocal || condition.subject.hasPrefix(local))
            }, settle: settings.settle, now: attention.now(),
            isSent: { [isTold = settings.webhook != nil] condition in
                isTold && !AlertRule.isOfStore(condition)
            },
            write: { message($0, $1, count: conditions[$1.condition]) })
        for message in messages {
            log.warning(
                "alert", [("notice", (try? JSONValue(parsing: Array(message.body.utf8))).map(LogValue.notice) ?? .null)]
            )
        }
    }

    /// What is wrong with the store itself goes to the alarm system without it.
    private func tellOfStore() async {
        let fault = attention.fault
        let now = attention.now()
        let found = fault.map { conditions(of: $0).map { ($0, fault?.since ?? now) } } ?? []
        await ofStore.look(Dictionary(found) { first, _ in first }, settle: settings.settle, now: now) { phase, alert in
            message(phase, alert, count: phase == .began ? 1 : nil)
        }
    }

    private var localPrefix: String { node + " " }

    // MARK: Looking

    /// What is so and of how many, and which rules were looked at: what was not looked at is not over.
    private func conditions() async throws -> ([AlertCondition: Int], of: Set<AlertRule>) {
        let items: [Attention]
        do {
            items = try await attention.items()
        } catch {
            // A store at fault may have no answer about anything else.
            guard let fault = attention.fault else { throw error }
            let rules = conditions(of: [fault]).keys.compactMap { AlertRule(rawValue: $0.rule) }
            return (
                conditions(of: attention.knownByItself),
                Set(rules + [.receiptLate, .exchangeFolder, .auditBroken, .reloadRefused])
            )
        }
        var found = conditions(of: items)
        let deadLetters = items.filter { $0.kind == .deadLetters }
        let count = deadLetters.reduce(0) { $0 + $1.count }
        func find(_ rule: AlertRule, if isSo: Bool) {
            if isSo { found[AlertCondition(rule: rule.rawValue, subject: "all")] = count }
        }
        find(.deadLetters, if: settings.deadLetters.map { count >= $0 } ?? false)
        let oldest = deadLetters.compactMap(\.since).min()
        find(.deadLetterAge, if: attention.isOlder(oldest, than: settings.deadLetterAge))
        // That it is undamaged is known only once it was read through, and of the file that is there.
        let isDamageKnown =
            switch attention.inspection.condition {
            case .sound, .faulty(.damaged, _): true
            case .unknown, .faulty(.lost, _), .faulty(.full, _), .faulty(.unwritable, _): false
            }
        return (found, Set(AlertRule.allCases.filter { $0 != .storeDamaged || isDamageKnown }))
    }

    private func conditions(of items: [Attention]) -> [AlertCondition: Int] {
        Dictionary(
            items.flatMap { item in
                conditions(of: item).map { ($0, item.kind == .clocksOverdue ? 1 : item.count) }
            }, uniquingKeysWith: max)
    }

    /// What rings as it is found: each case whose limit has passed by itself; dead letters are counted together.
    private func conditions(of item: Attention) -> [AlertCondition] {
        let rule: AlertRule? =
            switch item.kind {
            case .queueAge: .queueAge
            case .partnerSilence: .partnerSilence
            case .clocksDueSoon: .clocksDueSoon
            case .clocksOverdue: .clocksOverdue
            // Who cannot be told need not be told of it.
            case .circuitOpen: item.subject == Endpoint.alerts.description ? nil : .circuitOpen
            case .expiry: .expiry
            case .storeLost: .storeLost
            case .storeDamaged: .storeDamaged
            case .storeFull: .storeFull
            case .storeUnwritable: .storeUnwritable
            case .auditBroken: .auditBroken
            case .calendarMissing: .calendarMissing
            case .limitsMoved: .limitsMoved
            case .hearingNear: .hearingNear
            case .receiptLate: .receiptLate
            case .exchangeFolder: .exchangeFolder
            case .reloadRefused: .reloadRefused
            case .deadLetters, .paused, .parked: nil
            }
        guard let rule else { return [] }
        let subjects = item.kind == .clocksOverdue ? item.cases : [item.subject]
        return subjects.map { AlertCondition(rule: rule.rawValue, subject: (rule.isLocal ? localPrefix : "") + $0) }
    }

    /// - Parameter count: of how many, where it is so.
    private func message(_ phase: AlertMessage.Phase, _ alert: OpenAlert, count: Int?) -> AlertMessage {
        let now = attention.now()
        let id = identifiers.next(at: now)
        let text = AlertRule(rawValue: alert.condition.rule)?.text(phase, alert.condition.subject)
        let body = JSONValue.compact([
            ("id", .string(id)), ("alert", .string(alert.condition.rule)),
            ("subject", .string(alert.condition.subject)), ("phase", .string(phase.rawValue)),
            ("count", count.map { JSONValue($0) }),
            ("at", .string(now.rfc3339)), ("beganAt", .string(alert.beganAt.rfc3339)), ("zh", .text(text?.zh)),
            ("en", .text(text?.en)),
        ])
        return AlertMessage(id: id, body: body.text())
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
