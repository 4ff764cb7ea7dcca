/// What became of one record, as the receipt tells it.
public enum Outcome: String, Sendable, CaseIterable {
    case accepted, lead, shared, parked, invalid

    public var label: LocalizedText {
        switch self {
        case .accepted: LocalizedText(zh: "已接收", en: "accepted")
        case .lead: LocalizedText(zh: "线索", en: "lead")
        case .shared: LocalizedText(zh: "信息共享", en: "shared")
        case .parked: LocalizedText(zh: "暂存待并入", en: "parked")
        case .invalid: LocalizedText(zh: "无法转换", en: "invalid")
        }
    }
}
