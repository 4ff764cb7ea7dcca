import Canonical
import Messaging
import StrictJSON
import Transport
import Triage
import Vocabulary

/// The monthly bulletin: what came in, from whom, about what, for whom, and what became of it.
public struct MonthlyReport: Sendable {
    /// By what applications are counted.
    public enum Dimension: String, Sendable, CaseIterable {
        case partner, sender, kind, route = "road", matter, group, district, outcome

        public var label: LocalizedText {
            switch self {
            case .partner: LocalizedText(zh: "转介单位", en: "Partner")
            case .sender: LocalizedText(zh: "来源类别", en: "Kind of sender")
            case .kind: LocalizedText(zh: "报文种类", en: "Kind of message")
            case .route: LocalizedText(zh: "援助途径", en: "Road to legal aid")
            case .matter: LocalizedText(zh: "案件类别", en: "Matter")
            case .group: LocalizedText(zh: "人群类别", en: "Special group")
            case .district: LocalizedText(zh: "承办机构", en: "Institution")
            case .outcome: LocalizedText(zh: "办理情况", en: "Outcome")
            }
        }
    }

    public struct Rate: Sendable, Hashable {
        public var within = 0
        public var later = 0
        /// Nothing where there was nothing to count.
        public var share: Double? { within + later == 0 ? nil : Double(within) / Double(within + later) }
    }

    public let month: ReportMonth
    public private(set) var applications = 0
    /// Messages by outcome, those that never became an application too.
    public var messages: [String: Int] = [:]
    public private(set) var counts: [Dimension: [String: Int]] = [:]
    public private(set) var indicators: [Indicator: Rate] = [:]
    /// The leads received in the month by what has become of them. What became an application is counted among the
    /// applications of the month in which the person applied.
    public var leads: [LeadState: Int] = [:]
    /// By the clocks that ran; empty where none were kept.
    public var onTime: [OnTimeFigures] = []

    public private(set) var measures: [Measure: Int] = [:]
    private let calendar: WorkingCalendar

    init(month: ReportMonth, calendar: WorkingCalendar) {
        self.month = month
        self.calendar = calendar
    }

    /// - Throws: `StoreError.corrupt` where the application cannot be read: figures without it would be wrong.
    mutating func add(_ row: ReportRow) throws(StoreError) {
        let content = JSONValue.object(
            try JSONObject(stored: row.content, "the content of application \(row.applicationNo)"))
        applications += 1
        count(.partner, row.partnerID)
        count(.sender, content.at("source.senderType")?.string)
        count(.kind, content["intakeKind"]?.string)
        count(.route, content["aidRoute"]?.string)
        count(.matter, content.at("matter.caseDomain")?.string)
        for code in Set((content["groupFlags"]?.array ?? []).compactMap { $0["code"]?.string }) { count(.group, code) }
        count(.district, row.queue)
        count(.outcome, row.caseState?.rawValue)
        func first(_ codes: StatusCode...) -> Instant? { codes.compactMap { row.firstTold[$0] }.min() }
        let isHeld = content.object.map { LegalAidApplication(content: $0).isInCustody } ?? false
        rate(.signedInWithinOneWorkingDay, from: row.receivedAt, to: first(.signedIn), isHeld)
        if content["aidRoute"]?.string == AidRoute.byNotification.rawValue {
            rate(.notifiedAssignedWithinThreeDays, from: row.receivedAt, to: first(.assigned), isHeld)
        }
        if let accepted = first(.accepted, .provisionallyAccepted) {
            rate(.decidedWithinSevenDays, from: accepted, to: first(.granted, .refused), isHeld)
        }
        for measure in Measure.allCases where measure.applies(to: row, content) { measures[measure, default: 0] += 1 }
    }

    private mutating func count(_ dimension: Dimension, _ key: String?) {
        counts[dimension, default: [:]][key ?? "", default: 0] += 1
    }

    /// What is not done yet is not counted: it may still be in time.
    private mutating func rate(_ indicator: Indicator, from: Instant, to: Instant?, _ isHeld: Bool) {
        guard let to else { return }
        func time(_ instant: Instant) -> Timestamp { instant.timestamp }
        if time(to).date <= indicator.end(from: time(from), isHeld: isHeld, by: calendar) {
            indicators[indicator, default: Rate()].within += 1
        } else {
            indicators[indicator, default: Rate()].later += 1
        }
    }

    /// A dimension's lines, the largest first.
    public func lines(_ dimension: Dimension) -> [(key: String, count: Int)] {
        (counts[dimension] ?? [:]).map { (key: $0.key, count: $0.value) }.sorted {
            ($1.count, $0.key) < ($0.count, $1.key)
        }
    }
}

extension AidRoute {
    var zh: String {
        switch self {
        case .byApplication: "申请"
        case .byNotification: "通知"
        case .byConsultation: "咨询"
        }
    }
}
