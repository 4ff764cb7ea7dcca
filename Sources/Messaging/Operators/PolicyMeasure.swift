/// What the policy wants more of (常州市2023年实施方案 三).
public enum PolicyMeasure: String, Sendable, CaseIterable {
    case provisionallyAccepted, advanceAid, transferred, reviewStageDefence, civilSupport, labour
}
