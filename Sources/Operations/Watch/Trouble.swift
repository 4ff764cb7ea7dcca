import Messaging
import StrictJSON
import Transport
import Vocabulary

/// All of one kind that stands still or will soon be late: what a person can take in at one glance.
public struct Trouble: Sendable {
    public let kind: Attention.Kind
    /// The error, of dead letters: each is a kind of its own.
    public let code: FailureAdvice?
    public let count: Int
    /// Since when at the earliest; for what is to come, when the first of it will be.
    public let since: Instant?
    /// Whose turn it is.
    public let turns: [LocalizedText]
    /// What to press.
    public let advice: LocalizedText
    /// What it is about, with counts, the most first; of dead letters, their partners.
    public let parts: [(subject: String, count: Int)]
    /// That somebody has taken note of it, while that holds.
    public let acknowledgement: Acknowledgement?

    /// Names it in addresses and in the store.
    public var key: String { Self.key(kind, code) }

    static func key(_ kind: Attention.Kind, _ code: FailureAdvice?) -> String {
        ([kind.rawValue] + [code?.rawValue].compactMap(\.self)).joined(separator: "/")
    }
}

extension AttentionService {
    /// For how long a trouble may be taken note of, in hours.
    public static let acknowledgementHours = 1...(14 * 24)

    /// One for each kind of trouble and, of dead letters, for each error, the most pressing first and those that were
    /// taken note of last; nothing of any kind is left out.
    public func troubles() async throws -> [Trouble] {
        let items = try await items()
        let groups = try await deadLetters.groups(DeadLetterFilter())
        let known = Dictionary(
            try await acknowledged.acknowledgements(at: now()).map { ($0.trouble, $0) }
        ) { first, _ in first }
        var order: [String] = []
        var alike: [String: [Attention]] = [:]
        for item in items {
            let key = Trouble.key(item.kind, Self.code(of: item))
            if alike[key] == nil { order.append(key) }
            alike[key, default: []].append(item)
        }
        let troubles = order.compactMap { key in alike[key].flatMap { Self.trouble(key, $0, groups, known[key]) } }
        return troubles.filter { $0.acknowledgement == nil } + troubles.filter { $0.acknowledgement != nil }
    }

    private static func code(of item: Attention) -> FailureAdvice? {
        item.kind == .deadLetters ? DeadLetterCause(name: item.subject).map { FailureAdvice($0) } : nil
    }

    private static func trouble(
        _ key: String, _ items: [Attention], _ groups: [DeadLetterGroup], _ known: Acknowledgement?
    ) -> Trouble? {
        guard let first = items.first else { return nil }
        let code = code(of: first)
        let counted: [(String, Int)] =
            code.map { code in groups.filter { FailureAdvice($0.cause) == code }.map { ($0.partnerID, $0.count) } }
            ?? items.filter { !$0.subject.isEmpty }.map { ($0.subject, $0.count) }
        let parts = Dictionary(counted, uniquingKeysWith: +).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        // A way that is open or paused is itself what is wrong, not what waits for it.
        let count =
            switch first.kind {
            case .circuitOpen, .queueAge, .paused: items.count
            case .storeLost, .storeDamaged, .storeFull, .storeUnwritable, .auditBroken, .clocksOverdue, .hearingNear,
                .receiptLate,
                .exchangeFolder, .reloadRefused, .deadLetters, .clocksDueSoon, .limitsMoved, .calendarMissing,
                .partnerSilence, .expiry,
                .parked:
                items.reduce(0) { $0 + $1.count }
            }
        return Trouble(
            kind: first.kind, code: code, count: count, since: items.compactMap(\.since).min(),
            turns: items.reduce(into: []) { turns, item in
                if !turns.contains(item.turn) { turns.append(item.turn) }
            }, advice: first.advice, parts: parts.map { ($0.key, $0.value) },
            acknowledgement: known.flatMap { count <= $0.known ? $0 : nil })
    }

    /// Takes note of a trouble for so many hours: it is counted no longer, until then or until there is more of it.
    public func acknowledge(_ key: String, known: Int, hours: Int, by caller: Caller, reason: String) async throws {
        let now = now()
        guard Self.acknowledgementHours.contains(hours) else {
            throw Problem(
                .badRequest, zh: "时长应为 1 至 \(Self.acknowledgementHours.upperBound) 小时。",
                en: "It holds for 1 to \(Self.acknowledgementHours.upperBound) hours.")
        }
        guard let trouble = try await troubles().first(where: { $0.key == key }) else {
            throw Problem(
                .notFound, zh: "此事项已不存在，无需确认。", en: "That is not so any more: there is nothing to take note of.")
        }
        let endsAt = now.advanced(seconds: hours * 3600)
        // What came while the page was looked at was not seen.
        let known = min(known, trouble.count)
        try await acknowledged.acknowledge(
            Acknowledgement(
                trouble: key, known: known, actor: caller.id, reason: reason, at: now, endsAt: endsAt),
            AuditAct(
                .acknowledgeTrouble, on: key, by: caller, detail: "\(known), \(endsAt.rfc3339): \(reason)", at: now))
    }

    public func withdrawAcknowledgement(of key: String, by caller: Caller) async throws {
        let act = AuditAct(.withdrawAcknowledgement, on: key, by: caller, detail: "", at: now())
        guard try await acknowledged.withdrawAcknowledgement(of: key, act) else {
            throw Problem(.notFound, zh: "此确认已失效。", en: "That was over already.")
        }
    }
}
