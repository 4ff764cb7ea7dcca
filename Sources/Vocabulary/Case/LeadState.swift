/// What has become of a lead (线索): somebody who may need legal aid and has not asked for it. It owes nobody anything and
/// nobody counts it as an application, until the person wants one.
public enum LeadState: String, Sendable, CaseIterable {
    /// In the institution's list of leads.
    case registered
    /// The institution has spoken with the person.
    case contacted
    /// The person wants legal aid: it is an application since then, under the same number.
    case applied
    /// The person does not want it.
    case declined

    public var zh: String {
        switch self {
        case .registered: "线索已登记"
        case .contacted: "线索已联系当事人"
        case .applied: "线索已转为申请"
        case .declined: "线索当事人不申请"
        }
    }

    /// Somebody must still do something about it.
    public var isOpen: Bool {
        switch self {
        case .registered, .contacted: true
        case .applied, .declined: false
        }
    }
}
