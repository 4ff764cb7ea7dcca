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
