import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Reconciliation (对账): what went to and fro on a day, and where a partner's own list differs from it.
public struct ReconciliationService: Sendable {
    /// Days in one answer.
    private static let days = 1...62
    /// Messages and statuses of a day that are looked at.
    private static let most = 100_000

    /// One day's figures.
    public struct Day: Sendable {
        public let day: CalendarDate
        public let outcomes: [Outcome: Int]
        public let statuses: [DeliveryState.Name: Int]

        public var received: Int { outcomes.values.reduce(0, +) }
        public var accepted: Int { received - pending - refused }
        /// Parked: it waits for the referral that it is about.
        public var pending: Int { outcomes[.parked] ?? 0 }
        public var refused: Int { outcomes[.invalid] ?? 0 }
        /// Statuses of that day that were confirmed.
        public var told: Int { statuses[.delivered] ?? 0 }
        /// Those that wait or have failed.
        public var unconfirmed: Int { [.queued, .leased, .dead].reduce(0) { $0 + (statuses[$1] ?? 0) } }
    }

    let store: any ReconciliationStore
    let registry: Registry
    let now: @Sendable () -> Instant

    public var routes: [Route] {
        [
            Route("GET", "/v1/reconciliation", for: .partner) { request, visit in
                try await figures(of: visit.caller().id, request)
            },
            Route("POST", "/v1/reconciliation", for: .partner) { request, visit in
                try await compare(request, of: visit.caller().id)
            },
            Route("GET", "/v1/partners/{id}/reconciliation", may: .look) { request, visit in
                try await figures(of: known(visit.value("id")), request)
            },
            Route("POST", "/v1/partners/{id}/reconciliation", may: .look) { request, visit in
                try await compare(request, of: known(visit.value("id")))
            },
        ]
    }

    private func known(_ id: String) throws(Problem) -> String {
        guard registry.partners[id] != nil else {
            throw Problem(.notFound, zh: "没有登记这个报送单位。", en: "There is no such partner.")
        }
        return id
    }

    // MARK: Figures

    /// The days up to one, the newest first.
    public func figures(
        of partner: String, through last: CalendarDate? = nil, days: Int
    ) async throws(StoreError) -> [Day] {
        let last = last ?? now().timestamp.date
        var figures: [Day] = []
        for back in 0..<days {
            let day = last.adding(days: -back)
            let (start, end) = Self.span(of: day)
            let (outcomes, statuses) = try await store.exchanged(with: partner, from: start, to: end)
            figures.append(Day(day: day, outcomes: outcomes, statuses: statuses))
        }
        return figures
    }

    /// In China's time.
    private static func span(of day: CalendarDate) -> (Instant, Instant) {
        let start = Instant(Timestamp(day, hour: 0, minute: 0, second: 0))
        return (start, start.advanced(seconds: 86_400))
    }

    private func figures(of partner: String, _ request: HTTPRequest) async throws -> HTTPResponse {
        let days = try request.query("days", in: Self.days, default: 7)
        let figures = try await figures(of: partner, through: try day(request), days: days)
        return .json(["partner": .string(partner), "days": .array(figures.map(\.json))])
    }

    private func day(_ request: HTTPRequest) throws(Problem) -> CalendarDate? {
        guard let text = request.query("day") else { return nil }
        guard let day = CalendarDate(iso: text) else {
            throw Problem(
                .badRequest, zh: "参数 day 应为日期，如 2026-03-02。", en: "Parameter day is a date, such as 2026-03-02.")
        }
        return day
    }

    // MARK: Differences

    private func compare(_ request: HTTPRequest, of partner: String) async throws -> HTTPResponse {
        guard let day = try day(request) else {
            throw Problem(.badRequest, zh: "请给出参数 day：清单是哪一天的。", en: "Give the parameter day: the day of the list.")
        }
        let list = try PartnerList(request)
        let (start, end) = Self.span(of: day)
        let received = try await store.receivedMessages(of: partner, from: start, to: end, limit: Self.most + 1)
        let made = try await store.madeStatuses(for: partner, from: start, to: end, limit: Self.most + 1)
        guard received.count <= Self.most, made.count <= Self.most else {
            throw Problem(
                .wrongState, zh: "当日超过 \(Self.most) 条，无法一次核对。", en: "The day has more than \(Self.most) entries.")
        }
        let differences =
            try await messages(list, received, of: partner) + statuses(list, made, of: partner)
        let figures = try await figures(of: partner, through: day, days: 1)
        var counts = JSONObject()
        for kind in Difference.Kind.allCases {
            counts[kind.rawValue] = JSONValue(differences.filter { $0.kind == kind }.count)
        }
        return .json([
            "partner": .string(partner), "figures": figures.first?.json ?? .null, "counts": .object(counts),
            "differences": .array(differences.map(\.json)),
        ])
    }

    /// Of several messages under one id the one that was taken counts.
    private static func byID(_ received: [ReceivedMessage]) -> [String: ReceivedMessage] {
        var found: [String: ReceivedMessage] = [:]
        for message in received {
            guard let id = message.messageID else { continue }
            if let other = found[id], other.outcome != .invalid { continue }
            found[id] = message
        }
        return found
    }

    private func messages(
        _ list: PartnerList, _ received: [ReceivedMessage], of partner: String
    ) async throws(StoreError) -> [Difference] {
        let ours = Self.byID(received)
        let elsewhere = Self.byID(
            try await store.receivedMessages(of: partner, named: list.messages.keys.filter { ours[$0] == nil }.sorted())
        )
        var differences: [Difference] = []
        for (id, said) in list.messages.sorted(by: { $0.key < $1.key }) {
            if let message = ours[id] {
                let state = PartnerList.State(message.outcome)
                guard let said, said != state else { continue }
                differences.append(Difference(.stateDiffers, message, said: said))
            } else if let message = elsewhere[id] {
                differences.append(Difference(.otherDay, message, said: said))
            } else {
                differences.append(Difference(notReceived: id, said: said))
            }
        }
        for (id, message) in ours.sorted(by: { $0.key < $1.key }) where list.messages.index(forKey: id) == nil {
            differences.append(Difference(.notListed, message, said: nil))
        }
        return differences
    }

    private func statuses(
        _ list: PartnerList, _ made: [MadeStatus], of partner: String
    ) async throws(StoreError) -> [Difference] {
        let ours = Dictionary(made.map { ($0.id, $0) }) { first, _ in first }
        let missing = list.statuses.filter { ours[$0] == nil }.sorted()
        let elsewhere = Set(try await store.madeStatuses(for: partner, named: missing).map(\.id))
        var differences = missing.filter { !elsewhere.contains($0) }.map { Difference(unknownStatus: $0) }
        for status in made {
            switch (status.state, list.statuses.contains(status.id)) {
            case (.delivered, false): differences.append(Difference(.statusLost, status))
            case (.queued, true), (.leased, true), (.dead, true):
                differences.append(Difference(.statusUnconfirmed, status))
            case (.delivered, true), (.queued, false), (.leased, false), (.dead, false), (.discarded, _): continue
            }
        }
        return differences
    }
}

extension PartnerList.State {
    init(_ outcome: Outcome) {
        switch outcome {
        case .accepted, .lead, .shared: self = .accepted
        case .parked: self = .pending
        case .invalid: self = .refused
        }
    }
}

extension ReconciliationService.Day {
    var json: JSONValue {
        [
            "day": .string(day.iso), "received": JSONValue(received), "accepted": JSONValue(accepted),
            "pending": JSONValue(pending), "refused": JSONValue(refused), "told": JSONValue(told),
            "unconfirmed": JSONValue(unconfirmed),
        ]
    }
}
