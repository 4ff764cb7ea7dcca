import Vocabulary

extension Triage {
    /// Thresholds whose last entry is old, or that have none for this day: what they say may no longer be so.
    public func oldThresholds(on today: CalendarDate) -> [LocalizedText] {
        rules.terms.old(on: today).map { id, title, since in
            LocalizedText(
                zh: "\(title)（\(id)）自 \(since.iso) 起应核对是否仍然有效（rules/terms.xml）。",
                en: "The threshold \(id) should have been checked by \(since.iso): rules/terms.xml.")
        }
    }
}
