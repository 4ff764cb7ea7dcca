/// The four kinds of operator. Who keeps accounts unmasks nothing, and who unmasks gives a reason that
/// the audit trail keeps.
public enum OperatorRole: String, Sendable, CaseIterable {
    case viewer, `operator`, auditor, administrator

    public var rights: Set<OperatorRight> {
        switch self {
        case .viewer: [.look]
        case .operator: [.look, .repair, .unmask]
        case .auditor: [.look, .unmask, .audit]
        case .administrator: [.look, .repair, .audit, .administer]
        }
    }
}
