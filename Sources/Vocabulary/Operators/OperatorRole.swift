/// The four kinds of operator. Nobody both repairs and unmasks at will, and who keeps accounts does not unmask.
public enum OperatorRole: String, Sendable, CaseIterable {
    case viewer, `operator`, auditor, administrator

    public var rights: Set<OperatorRight> {
        switch self {
        case .viewer: [.look]
        case .operator: [.look, .repair]
        case .auditor: [.look, .unmask, .audit]
        case .administrator: [.look, .repair, .audit, .administer]
        }
    }
}
