/// What an institution suggests to an agency about one of its cases: that a procuratorate should support the suit, that
/// somebody needs relief (domain description §3.2, §3.4). Both ways of the same cooperation.
public enum SuggestionKind: String, Sendable, CaseIterable {
    case suggestSupport, suggestRelief

    public var zh: String {
        switch self {
        case .suggestSupport: "建议支持起诉"
        case .suggestRelief: "建议给予救助"
        }
    }

    public var historyEvent: HistoryEvent.Entry {
        switch self {
        case .suggestSupport: .suggestSupport
        case .suggestRelief: .suggestRelief
        }
    }
}
