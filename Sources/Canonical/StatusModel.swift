import Vocabulary

extension CanonicalModel {
    /// The canonical status: what a sender may be told, before it is cut down to what that sender may know.
    public static let status = CanonicalModel(statusFields, lists: ["missing"])

    private static func field(_ path: String, _ type: FieldType, _ zh: String) -> FieldDefinition {
        FieldDefinition(path, type, zh).ours
    }

    private static let statusFields = [
        field("schemaVersion", .text(8), "版本").required, field("eventId", .text(40), "状态事件编号").required,
        field("applicationNo", .text(32), "网关受理号").required, field("referralId", .text(32), "来件编号").required,
        field("messageId", .text(64), "原报文编号"), field("senderCode", .text(32), "报送单位代码"),
        field("senderName", .text(100), "报送单位名称"), field("senderCaseRef", .text(60), "来源系统受案号"),
        field("letterNo", .text(60), "通知函号"), field("recipientName", .text(50), "受援人姓名"),
        field("caseNumber", .text(60), "案号"), field("stage", .code("stage"), "阶段"),
        field("code", .word(StatusCode.allCases.map(\.rawValue)), "状态代码").required,
        field("name", .text(20), "状态名称").required, field("at", .dateTime, "状态时间").required,
        field("institution/code", .text(16), "承办机构代码"), field("institution/name", .text(100), "承办机构"),
        field("institution/phone", .text(20), "承办机构电话"), field("institution/division", .text(6), "承办机构区划"),
        field("lead/state", .word(LeadState.allCases.map(\.rawValue)), "线索办理情况"),
        field("missing/kind", .code("materialKind"), "缺件种类"), field("missing/title", .text(200), "缺件名称"),
        field("due", .date, "补正期限"), field("remark", .text(1000), "备注"),
        field("decision/date", .date, "决定日期"), field("decision/no", .text(60), "决定文号"),
        field("decision/kind", .text(20), "决定种类"), field("decision/reasonCode", .code("refusalReason"), "决定理由"),
        field("decision/reason", .text(500), "理由说明"),
        field("decision/remedy", .text(500), "救济途径"), field("assignment/unit", .text(100), "承办单位"),
        field("assignment/lawyer", .text(50), "承办律师"), field("assignment/licenceNo", .text(32), "执业证号"),
        field("assignment/phone", .text(20), "承办人电话"), field("assignment/letterNo", .text(60), "公函编号"),
        field("assignment/date", .date, "指派日期"), field("transfer/to", .text(32), "转入机构代码"),
        field("transfer/toName", .text(100), "转入机构"), field("transfer/phone", .text(20), "转入机构电话"),
        field("transfer/reason", .text(500), "转办原因"), field("closure/date", .date, "结案日期"),
        field("closure/resultCode", .code("closureResult"), "结案结果"),
        field("termination/date", .date, "终止日期"), field("termination/reasonCode", .code("terminationReason"), "终止理由"),
    ]
}
