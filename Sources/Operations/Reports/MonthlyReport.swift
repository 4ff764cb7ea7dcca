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
        case partner, sender, kind, route = "road", matter, item, suggestedItem, group, district, outcome

        public var label: LocalizedText {
            switch self {
            case .partner: LocalizedText(zh: "报送单位", en: "Partner")
            case .sender: LocalizedText(zh: "来源类别", en: "Kind of sender")
            case .kind: LocalizedText(zh: "报文种类", en: "Kind of message")
            case .route: LocalizedText(zh: "援助途径", en: "Road to legal aid")
            case .matter: LocalizedText(zh: "案件类别", en: "Matter")
            case .item: LocalizedText(zh: "法定事项（来文写明）", en: "Item of the law, as stated")
            case .suggestedItem: LocalizedText(zh: "法定事项（网关推算，未经核实）", en: "Item of the law, as rules suggest")
            case .group: LocalizedText(zh: "人群类别", en: "Special group")
            case .district: LocalizedText(zh: "承办机构", en: "Institution")
            case .outcome: LocalizedText(zh: "办理情况", en: "Outcome")
            }
        }
    }

    public struct Rate: Sendable, Hashable {
        public var within = 0
        public var later = 0

        mutating func count(_ isWithin: Bool, _ number: Int) {
            if isWithin { within += number } else { later += number }
        }
        /// Nothing where there was nothing to count.
        public var share: Double? { within + later == 0 ? nil : Double(within) / Double(within + later) }
    }

    public let month: ReportMonth
    public private(set) var applications = 0
    /// Messages by outcome, those that never became an application too.
    public var messages: [String: Int] = [:]
    public private(set) var counts: [Dimension: [String: Int]] = [:]
    /// Applications by institution and kind of matter; the empty key where nothing is said.
    public private(set) var mattersByInstitution: [String: [String: Int]] = [:]
    public private(set) var indicators: [Indicator: Rate] = [:]
    /// The leads received in the month by what has become of them. What became an application is counted among the
    /// applications of the month in which the person applied.
    public var leads: [LeadState: Int] = [:]
    /// By the clocks that were due in the month; empty where none were kept.
    public private(set) var onTime: [OnTimeFigures] = []
    /// The same for each institution by its code; empty where there is none.
    public private(set) var onTimeByInstitution: [(institution: String, figures: OnTimeFigures)] = []

    /// The cases under review that procuratorates have listed; empty where none has.
    public var coverage: [ReviewCoverage] = []

    public private(set) var measures: [PolicyMeasure: Int] = [:]

    init(month: ReportMonth) { self.month = month }

    mutating func add(_ tally: CaseTally) {
        let (facts, number) = (tally.facts, tally.applications)
        applications += number
        func count(_ dimension: Dimension, _ key: String?) {
            counts[dimension, default: [:]][key ?? "", default: 0] += number
        }
        mattersByInstitution[facts.institution ?? "", default: [:]][facts.matter ?? "", default: 0] += number
        count(.partner, facts.partner)
        count(.sender, facts.sender)
        count(.kind, facts.kind)
        count(.route, facts.route)
        count(.matter, facts.matter)
        // What no sender has stated is not stated, whatever rules suggest of it.
        if facts.items.isEmpty { count(.item, nil) }
        for item in facts.items { count(.item, item) }
        for item in facts.suggestedItems { count(.suggestedItem, item) }
        for group in facts.groups { count(.group, group) }
        count(.district, facts.institution)
        count(.outcome, facts.state?.rawValue)
        for measure in facts.measures { measures[measure, default: 0] += number }
        // What is not done yet is not counted: it may still be in time.
        guard let isTimely = facts.signedInTimely else { return }
        var rate = indicators[.signedInWithinOneWorkingDay] ?? Rate()
        rate.count(isTimely, number)
        indicators[.signedInWithinOneWorkingDay] = rate
    }

    mutating func add(_ onTime: [OnTimeFigures], byInstitution: [(institution: String, figures: OnTimeFigures)]) {
        (self.onTime, onTimeByInstitution) = (onTime, byInstitution)
        // The limits that the law sets, with their own start, pauses and holidays.
        for (indicator, clock) in [
            (Indicator.notifiedAssignedWithinThreeDays, "CLK-04"), (.decidedWithinSevenDays, "CLK-05"),
        ] {
            guard let figures = onTime.first(where: { $0.clock == clock }), figures.share != nil else { continue }
            indicators[indicator] = Rate(within: figures.met, later: figures.late + figures.open)
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
