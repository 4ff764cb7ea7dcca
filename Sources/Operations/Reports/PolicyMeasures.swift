import Canonical
import Messaging
import StrictJSON
import Transport
import Triage
import Vocabulary

extension MonthlyReport {
    /// Times that law and policy set, as far as the gateway has seen them.
    public enum Indicator: String, Sendable, CaseIterable {
        /// 实施方案 三(二): received and handed on by rule; the service level of CLK-24.
        case signedInWithinOneWorkingDay
        case notifiedAssignedWithinThreeDays, decidedWithinSevenDays

        public var label: LocalizedText {
            switch self {
            case .signedInWithinOneWorkingDay:
                LocalizedText(zh: "一个工作日内签收", en: "Signed in within one working day")
            case .notifiedAssignedWithinThreeDays:
                LocalizedText(zh: "通知类三日内指派（法律援助法第三十六条）", en: "Notices assigned within three days (LAL art. 36)")
            case .decidedWithinSevenDays:
                LocalizedText(zh: "受理后七日内决定（法律援助法第四十三条）", en: "Decided within seven days (LAL art. 43)")
            }
        }

        /// The law's days are natural ones whose last moves to a working day, but not for a person in custody; the first
        /// day does not count (民法典 201, 203; 刑诉法 105).
        func end(from start: Timestamp, isHeld: Bool, by calendar: WorkingCalendar) -> CalendarDate {
            switch self {
            case .signedInWithinOneWorkingDay:
                calendar.end(of: 1, .workingDay, from: start.date, rollsOver: false)
            case .notifiedAssignedWithinThreeDays:
                calendar.end(of: 3, .calendarDay, from: start.date, rollsOver: !isHeld)
            case .decidedWithinSevenDays:
                calendar.end(of: 7, .calendarDay, from: start.date, rollsOver: !isHeld)
            }
        }
    }

    /// What the policy wants more of, counted over the month's applications (常州市2023年实施方案 三).
    public enum Measure: String, Sendable, CaseIterable {
        case provisionallyAccepted, advanceAid, transferred, reviewStageDefence, civilSupport, labour

        public var label: LocalizedText {
            switch self {
            case .provisionallyAccepted: LocalizedText(zh: "容缺受理", en: "Accepted with papers missing")
            case .advanceAid: LocalizedText(zh: "先行提供援助", en: "Aid given in advance")
            case .transferred: LocalizedText(zh: "转办（异地受理、首问负责）", en: "Handed on to another institution")
            case .reviewStageDefence: LocalizedText(zh: "审查起诉阶段通知辩护", en: "Defence notices at the review stage")
            case .civilSupport: LocalizedText(zh: "民事支持起诉", en: "Civil support for prosecution")
            case .labour: LocalizedText(zh: "劳动争议", en: "Labour disputes")
            }
        }

        func applies(to row: ReportRow, _ content: JSONValue) -> Bool {
            func isTold(_ code: StatusCode) -> Bool { row.firstTold[code] != nil }
            return switch self {
            case .provisionallyAccepted: isTold(.provisionallyAccepted)
            case .advanceAid: isTold(.advanceAid)
            case .transferred: isTold(.transferred)
            case .reviewStageDefence:
                content["aidRoute"]?.string == AidRoute.byNotification.rawValue
                    && content.at("proceeding.stage")?.string == "prosecutionReview"
            case .civilSupport: content.at("matter.supportProsecution") != nil
            case .labour: content.at("matter.caseDomain")?.string == "labourArbitration"
            }
        }
    }
}
