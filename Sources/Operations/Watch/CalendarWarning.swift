import Vocabulary

/// That a year's plan of days off is not there yet.
public enum CalendarWarning {
    public static func text(of year: Int) -> LocalizedText {
        LocalizedText(
            zh: "尚无 \(year) 年放假安排：届满在该年的期限暂按周末和法定节假日计算，标为暂定；国务院办公厅公布后请添加 config/calendar/\(year).xml。",
            en:
                "There is no plan of days off for \(year): limits that end there go by weekends and the statutory holidays for now and are provisional. Add config/calendar/\(year).xml once it is published."
        )
    }
}
