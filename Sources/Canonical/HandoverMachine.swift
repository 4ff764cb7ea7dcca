/// Where the hand-over of an application between institutions stands (首问负责: who was asked first stays responsible).
public enum HandoverState: String, Sendable, CaseIterable {
    /// With the institution that is responsible; nothing is proposed.
    case collected
    /// Another institution was asked to take it and has not signed in yet.
    case proposed
    /// The other institution signed in, or the city centre said that it is that one's.
    case handedOver
    /// The city centre must decide.
    case escalated
    /// Handed over by letter to an institution outside the city.
    case external

    public var zh: String {
        switch self {
        case .collected: "首问机构负责"
        case .proposed: "已提出转办"
        case .handedOver: "已转办"
        case .escalated: "报市中心协调"
        case .external: "已转市外机构"
        }
    }
}

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
