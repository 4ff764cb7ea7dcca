import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Answers operators who ask how partners' documents change.
public struct DriftService: Sendable {
    /// Weeks that a week is held against.
    private static let weeksBack = 4

    let store: any DriftStore
    let now: @Sendable () -> Instant

    public init(store: any DriftStore, now: @escaping @Sendable () -> Instant) {
        self.store = store
        self.now = now
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/drift", may: .look) { request, _ in
                let found = try await report(partner: request.query("partner"), week: request.query("week"))
                return .json(["week": .string(found.week), "drift": .array(found.reports.map(\.json))])
            }
        ]
    }

    /// The week with its neighbours' names, and what it brought.
    ///
    /// - Parameter week: ISO 8601, such as `2024-W07`; this week where left out.
    /// - Throws: `Problem` `.badRequest` for what is no week.
    public func report(
        partner: String?, week: String?
    ) async throws -> (week: String, before: String, after: String, reports: [DriftReport]) {
        guard
            let day = week.map({ CalendarDate(isoWeek: $0) })
                ?? now().timestamp.date
        else {
            throw Problem(
                .badRequest, zh: "参数 week 应为 yyyy-Www，例如 2024-W07。", en: "Parameter week must be yyyy-Www.")
        }
        let reports = try await store.drift(
            partner: partner, week: day.isoWeek, since: day.adding(days: -7 * Self.weeksBack).isoWeek)
        return (day.isoWeek, day.adding(days: -7).isoWeek, day.adding(days: 7).isoWeek, reports)
    }
}

extension DriftReport {
    var json: JSONValue {
        [
            "partner": .string(partnerID), "mapping": .string(mappingID), "documents": JSONValue(documents),
            "newFields": .array(newFields.map(\.json)), "vanishedFields": .array(vanishedFields.map(\.json)),
            "unknownCodes": .array(
                unknownCodes.map {
                    [
                        "list": .string($0.name), "values": JSONValue($0.values), "newValues": JSONValue($0.newValues),
                        "times": JSONValue($0.times),
                    ]
                }),
        ]
    }
}

extension DriftReport.Field {
    fileprivate var json: JSONValue { ["path": .string(Sight.path(path)), "documents": JSONValue(documents)] }
}
