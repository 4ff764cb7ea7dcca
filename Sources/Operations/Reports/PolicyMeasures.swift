import Messaging
import Vocabulary

extension MonthlyReport {
    /// Times that law and policy set, as far as the gateway has seen them.
    public enum Indicator: String, Sendable, CaseIterable {
        /// 实施方案 三(二): received and handed on by rule; of the applications received in the month.
        case signedInWithinOneWorkingDay
        /// CLK-04 and CLK-05, of those that were due in the month: seven days from the receipt, pauses not counted.
        case notifiedAssignedWithinThreeDays, decidedWithinSevenDays

        public var label: LocalizedText {
            switch self {
            case .signedInWithinOneWorkingDay:
                LocalizedText(zh: "一个工作日内签收", en: "Signed in within one working day")
            case .notifiedAssignedWithinThreeDays:
                LocalizedText(zh: "通知类三日内指派（《法律援助法》第三十六条）", en: "Notices assigned within three days (LAL art. 36)")
            case .decidedWithinSevenDays:
                LocalizedText(
                    zh: "收到申请七日内决定（《法律援助法》第四十三条第一款）", en: "Decided within seven days of receipt (LAL art. 43)")
            }
        }
    }
}

extension PolicyMeasure {
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
}
