import Messaging
import StrictJSON
import Transport
import Vocabulary

/// What share of the cases under review is notified, the bulletin can only say where the procuratorate lists them all.
public struct ReviewCaseLists: Sendable {
    private static let most = 5_000
    private static let longest = 100

    let store: any ReviewCaseStore
    let registry: Registry
    let keys: CaseKeys

    public init(store: any ReviewCaseStore, registry: Registry, keys: CaseKeys) {
        self.store = store
        self.registry = registry
        self.keys = keys
    }

    public var routes: [Route] {
        [
            Route("PUT", "/v1/reports/review-cases/{month}", for: .partner) { request, visit in
                try await take(request, month: visit.value("month"), from: visit.caller())
            }
        ]
    }

    /// Takes the numbers by which the partner's own notices name their cases; a list takes the place of the one before.
    private func take(_ request: HTTPRequest, month: String, from caller: Caller) async throws -> HTTPResponse {
        guard registry.partners[caller.id]?.kind.audience == .procuratorate else {
            throw Problem(
                .forbidden, zh: "只有检察机关可以报送审查起诉案件清单。",
                en: "Only a procuratorate hands in a list of cases under review.")
        }
        guard month.utf8.count == 7, CalendarDate(iso: month + "-01") != nil else {
            throw Problem(.badRequest, zh: "月份应写作 2026-03。", en: "A month is written 2026-03.")
        }
        let numbers = try request.read { $0.neededTexts("caseNumbers", atMost: Self.most, each: Self.longest) }
        let found = Set(numbers.map { keys.senderReference($0, partnerID: caller.id) })
        try await store.keepReviewCases(found, of: caller.id, month: month)
        let coverage = try await store.reviewCoverage(month: month).first { $0.partner == caller.id }
        return .json([
            "month": .string(month), "cases": JSONValue(coverage?.cases ?? 0),
            "notified": JSONValue(coverage?.notified ?? 0),
        ])
    }
}
