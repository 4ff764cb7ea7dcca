import Cases
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// What a partner has sent, in lists: what was answered then, how it stands now, and what was wrong with what was kept as
/// invalid.
public struct OwnMessageView: Sendable {
    /// Messages that are looked at for a page, where some of them are passed over.
    private static let looked = 500
    /// What a message can be at, besides what its applications can: `ReferralView.state`.
    private static let otherStates =
        [Outcome.shared.rawValue] + FollowUpRecord.State.allCases.map(\.rawValue)
    private static let states = ReferralState.allCases.map(\.rawValue) + otherStates

    private let referrals: ReferralView
    private let current: CurrentMappingsAndRules

    public init(_ referrals: ReferralView, _ current: CurrentMappingsAndRules) {
        self.referrals = referrals
        self.current = current
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/messages", for: .partner) { request, visit in
                try await list(request, of: visit.caller().id)
            }
        ]
    }

    private struct Wish {
        var filter: OwnMessageFilter
        let state: String?
        let kind: IntakeKind?
        let limit: Int
    }

    private func list(_ request: HTTPRequest, of partner: String) async throws -> HTTPResponse {
        let wish = try Self.wish(request, of: partner)
        var before = request.query("before")
        var left = Self.looked
        var shown: [JSONValue] = []
        var isEnd = false
        while shown.count < wish.limit, left > 0, !isEnd {
            let asked = min(left, wish.state == nil && wish.kind == nil ? wish.limit - shown.count : 100)
            let messages = try await referrals.store.ownMessages(wish.filter, before: before, limit: asked)
            isEnd = messages.count < asked
            left -= messages.count
            for (place, message) in messages.enumerated() {
                before = message.record.id
                if let json = try await json(of: message, wish) { shown.append(json) }
                if shown.count == wish.limit {
                    isEnd = isEnd && place == messages.count - 1
                    break
                }
            }
        }
        return .json(
            .compact([("messages", .array(shown)), ("next", isEnd ? nil : .text(before))]))
    }

    private static func wish(_ request: HTTPRequest, of partner: String) throws(Problem) -> Wish {
        var filter = OwnMessageFilter(partnerID: partner)
        filter.messageID = request.query("messageId")
        if let text = request.query("day") {
            guard let start = Instant(rfc3339: text + "T00:00:00+08:00") else {
                throw Problem(
                    .badRequest, zh: "参数 day 应为日期，如 2026-03-02。", en: "Parameter day is a date, such as 2026-03-02.")
            }
            filter.since = start
            filter.until = start.advanced(seconds: 86_400)
        }
        let kinds = IntakeKind.allCases.map(\.rawValue)
        return Wish(
            filter: filter, state: try request.choice(of: states, "state"),
            kind: try request.choice(of: kinds, "kind").flatMap(IntakeKind.init(rawValue:)),
            limit: try request.query("limit", in: 1...200, default: 50))
    }

    /// Nothing where the message is not one that was asked for.
    private func json(of message: OwnMessage, _ wish: Wish) async throws -> JSONValue? {
        let kinds = message.mappingID.map(current.translator.kinds) ?? []
        if let kind = wish.kind, !kinds.contains(kind) { return nil }
        let record = message.record
        let followUps = try await referrals.store.followUps(of: record.id)
        let state = ReferralView.state(
            of: record, first: message.applications.first?.standing.referral.rawValue, followUps: followUps)
        if let wanted = wish.state, wanted != state { return nil }
        var told: [JSONValue] = []
        for followUp in followUps { told.append(try await referrals.json(followUp)) }
        let answer = try StoredAnswer(
            referralID: record.id, isProblem: record.outcome == .invalid, bytes: record.answer
        ).json()
        let (leads, applications) = (
            message.applications.filter(\.standing.isLead), message.applications.filter { !$0.standing.isLead }
        )
        return .compact([
            ("referralId", .string(record.id)), ("messageId", .text(record.messageID)),
            ("outcome", .string(record.outcome.rawValue)), ("state", .text(state)),
            ("kinds", kinds.isEmpty ? nil : .array(kinds.map { .string($0.rawValue) })),
            ("mapping", .text(message.mappingID)), ("receivedAt", .string(record.receivedAt.rfc3339)),
            ("digest", ["sm3": .string(message.digest)]), ("bytes", JSONValue(message.bytes)),
            ("corrects", .text(message.corrects)), ("erasedAt", .text(message.erasedAt?.rfc3339)),
            ("deadLetters", Self.json(message.deadLetters)), ("receipt", answer),
            ("applications", .array(applications.map(Self.json))),
            ("leads", leads.isEmpty ? nil : .array(leads.map(Self.json))),
            ("followUps", told.isEmpty ? nil : .array(told)),
        ])
    }

    private static func json(_ application: OwnMessage.Application) -> JSONValue {
        let standing = application.standing
        return .compact([
            ("applicationNo", .string(application.no)), ("state", .string(standing.referral.rawValue)),
            ("stateName", .string(standing.referral.zh)), ("institution", .text(application.queue)),
            ("lead", .text(standing.lead?.rawValue)), ("leadName", .text(standing.lead?.zh)),
        ])
    }

    /// What a person has to look at, what was put right, and what was laid aside.
    private static func json(_ letters: [DeliveryState.Name: Int]) -> JSONValue? {
        if letters.isEmpty { return nil }
        func count(_ states: DeliveryState.Name...) -> JSONValue {
            JSONValue(states.reduce(0) { $0 + (letters[$1] ?? 0) })
        }
        return [
            "open": count(.dead, .queued, .leased), "mended": count(.delivered), "discarded": count(.discarded),
        ]
    }
}
