/// What starts, pauses or stops a clock.
public enum ClockTrigger: Sendable, Hashable {
    /// The competent institution has the message: the gateway's receipt of a complete message that it could route.
    case received
    /// Somebody brought a matter to a workstation or to an institution that may not be the competent one.
    case firstContact
    /// The competent institution signed for what was handed on.
    case targetSignedIn
    /// The organ notifies again while the person's refusal of the lawyer is examined.
    case noticeRepeated
    /// A step of the case.
    case step(CaseEvent)

    /// The word in a clock rule.
    public var rawValue: String {
        switch self {
        case .received: "received"
        case .firstContact: "firstContact"
        case .targetSignedIn: "targetSignedIn"
        case .noticeRepeated: "noticeRepeated"
        case .step(let event): event.rawValue
        }
    }

    public init?(rawValue: String) {
        guard let trigger = Self.all.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = trigger
    }

    /// Every trigger that the product pulls.
    public static let all: [ClockTrigger] =
        [.received, .firstContact, .targetSignedIn, .noticeRepeated] + CaseEvent.allCases.map(ClockTrigger.step)

    /// Every word that a clock rule may use.
    public static let words = all.map(\.rawValue)
}
