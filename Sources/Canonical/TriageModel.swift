extension CanonicalModel {
    /// What triage adds beside the fields that it fills: why no institution follows, and hints with their evidence.
    static let triage = [
        field("matter/scopeItemsDerived", .code("scopeItem"), "其中由网关推算的事项").ours,
        field("economic/exemptionGroundDerived", .text(20), "其中由网关推算的免予核查依据").ours,
        field("target/reason", .word(["noRule", "severalInstitutions", "externalHandover"]), "无法自动分派的原因").ours,
        field("target/candidates", .text(16), "可选机构").ours, field("target/region", .text(50), "外地管辖地").ours,
        field("missing/basis", .text(200), "缺件依据").ours, field("precheck/rule", .text(32), "规则").ours,
        field("precheck/outcome", .word(["indicated", "insufficientData", "conflict"]), "提示结果").ours,
        field("precheck/basis", .text(200), "依据").ours, field("precheck/ruleVersion", .integer, "规则版本").ours,
        field("precheck/note", .text(200), "提示内容").ours, field("precheck/indicates", .text(32), "提示代码").ours,
        field("precheck/evidence", .text(200), "证据所在字段").ours,
    ]

    private static func field(_ path: String, _ type: FieldType, _ zh: String) -> FieldDefinition {
        FieldDefinition(path, type, zh)
    }
}
