import Vocabulary

extension CanonicalModel {
    /// What an institution has said of a lead. Where `lead/state` is anything but `applied`, it is no application.
    static let lead = [
        field("lead/state", .word(LeadState.allCases.map(\.rawValue)), "线索办理情况").ours,
        field("lead/contactedAt", .dateTime, "联系当事人时间").ours, field("lead/answeredAt", .dateTime, "当事人答复时间").ours,
        field("lead/officer", .text(30), "线索经办人").ours, field("lead/reason", .text(500), "不申请或转交原因").ours,
        field("lead/consentForm", .code("consentForm"), "申请意愿的记录方式").ours,
        field("lead/consentEvidence", .text(200), "申请意愿的记录").ours,
    ]

    private static func field(_ path: String, _ type: FieldType, _ zh: String) -> FieldDefinition {
        FieldDefinition(path, type, zh)
    }
}
