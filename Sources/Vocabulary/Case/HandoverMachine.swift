/// What happens to a hand-over.
public enum HandoverEvent: String, Sendable, CaseIterable {
    case notCompetent, targetSignsIn, targetReturns, timeout, cityAssigns, leavesCity
}

/// The hand-over as a pure value (domain description §3.5). At every moment exactly one institution is responsible; that
/// changes only where the target signs in or the city centre assigns.
///
///     collected ─notCompetent─▶ proposed ─targetSignsIn─▶ handedOver
///        ▲  │ leavesCity          │  │ timeout (CLK-24), or returned too often
///        │  ▼                     │  ▼
///        │ external               │ escalated ─cityAssigns─▶ handedOver
///        └──────targetReturns─────┘
public enum HandoverMachine {
    /// As many returns as end with the first contact; the city centre decides then.
    public static let maxReturns = 2

    /// A step that the state does not allow, with those it does.
    public struct IllegalTransition: Error, Sendable, Hashable {
        public let state: HandoverState
        public let event: HandoverEvent
        public let legal: [HandoverEvent]
    }

    /// - Parameter returns: how often a target has sent it back before.
    public static func next(
        _ state: HandoverState, _ event: HandoverEvent, returns: Int
    ) throws(IllegalTransition) -> HandoverState {
        guard let next = steps(from: state, returns: returns).first(where: { $0.0 == event })?.1 else {
            throw IllegalTransition(state: state, event: event, legal: steps(from: state, returns: returns).map(\.0))
        }
        return next
    }

    private static func steps(from state: HandoverState, returns: Int) -> [(HandoverEvent, HandoverState)] {
        switch state {
        // Who took it over may find that it is not competent either.
        case .collected, .handedOver: [(.notCompetent, .proposed), (.leavesCity, .external)]
        case .proposed:
            [
                (.targetSignsIn, .handedOver), (.targetReturns, returns + 1 < maxReturns ? .collected : .escalated),
                (.timeout, .escalated),
            ]
        case .escalated: [(.cityAssigns, .handedOver)]
        case .external: []
        }
    }
}
