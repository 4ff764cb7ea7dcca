import Vocabulary

extension CanonicalModel {
    private static func field(_ path: String, _ type: FieldType, _ zh: String) -> FieldDefinition {
        FieldDefinition(path, type, zh)
    }

    /// Domain §4.8.
    static let matter = [
        field("matter/caseDomain", .code("caseDomain"), "案件类别"), field("matter/scopeItems", .code("scopeItem"), "法定事项"),
        field("matter/causeOfAction", .text(100), "案由"), field("matter/causeCode", .text(12), "案由代码"),
        field("matter/factsSummary", .text(4000), "案情概况"), field("matter/claims", .text(500), "诉讼请求"),
        field("matter/amount", .money, "标的额"), field("matter/factsDate", .date, "事由发生时间").timed(.past),
        field("matter/factsPlace", .text(200), "事由发生地"), field("matter/factsDivision", .text(6), "事由发生地区划"),
        field("matter/expectedCourtCode", .text(32), "拟受理法院代码"), field("matter/standing", .text(20), "法律地位"),
        field("matter/supportProsecution/procuratorate", .text(100), "支持起诉机关"),
        field("matter/supportProsecution/caseRef", .text(60), "支持起诉受案号"),
        field("matter/supportProsecution/kind", .text(60), "支持方式"),
        field("matter/supportProsecution/letterNo", .text(60), "支持起诉书号"),
        field("matter/supportProsecution/letterDate", .date, "支持起诉书日期").timed(.past),
        field("matter/supportProsecution/partyConsent", .boolean, "当事人同意"),
        field("matter/judicialRelief/body", .text(100), "司法救助机关"),
        field("matter/judicialRelief/decisionNo", .text(60), "司法救助决定书号"),
        field("matter/judicialRelief/date", .date, "司法救助决定日期").timed(.past),
        field("matter/judicialRelief/amount", .money, "司法救助金额"),
        field("matter/administrative/organ", .text(100), "被告机关"),
        field("matter/administrative/act", .text(200), "被诉行为"),
        field("matter/administrative/actDate", .date, "行为作出日期").timed(.past),
        field("matter/administrative/servedDate", .date, "行为送达日期").timed(.past),
        field("matter/administrative/remedyInformed", .boolean, "是否告知救济途径"),
        field("matter/administrative/reconsideration/organ", .text(100), "复议机关"),
        field("matter/administrative/reconsideration/decisionDate", .date, "复议决定日期").timed(.past),
    ]

    /// Domain §4.9.
    static let proceeding = [
        field("proceeding/stage", .code("stage"), "阶段"), field("proceeding/caseNumber", .text(60), "案号"),
        field("proceeding/caseNumberRaw", .text(100), "案号原文"),
        field("proceeding/handlingOrgan/type", .text(20), "办案机关类型"),
        field("proceeding/handlingOrgan/code", .text(32), "办案机关代码"),
        field("proceeding/handlingOrgan/name", .text(100), "办案机关"),
        field("proceeding/handlingOrgan/division", .text(6), "办案机关区划"),
        field("proceeding/handlingOrgan/level", .text(20), "办案机关级别"),
        field("proceeding/handlers/role", .text(20), "承办人角色"), field("proceeding/handlers/name", .text(30), "承办人"),
        field("proceeding/handlers/phone", .text(20), "承办人电话"),
        field("proceeding/procedure", .code("procedure"), "适用程序"),
        field("proceeding/acceptedAt", .date, "立案日期").timed(.past),
        field("proceeding/hearings/at", .dateTime, "开庭时间").timed(.hearing),
        field("proceeding/hearings/place", .text(100), "开庭地点"),
        field("proceeding/decisionServedAt", .date, "裁判送达日期").timed(.past),
        field("proceeding/decisionKind", .text(20), "裁判种类"),
        field("proceeding/deadlines/kind", .code("deadlineKind"), "期限种类"),
        field("proceeding/deadlines/date", .date, "期限届满日"),
        field("proceeding/deadlines/source", .word(["declared", "derived"]), "期限来源"),
    ]

    static let criminal = [
        field("criminal/noticeForce", .code("noticeForce"), "应当或可以"),
        field("criminal/noticeGrounds", .code("noticeGround"), "通知理由"),
        field("criminal/noticeGroundText", .text(500), "通知理由原文"), field("criminal/charges", .text(60), "罪名"),
        field("criminal/coerciveMeasure", .code("coerciveMeasure"), "强制措施"),
        field("criminal/coerciveMeasureSince", .date, "强制措施起始").timed(.past),
        field("criminal/detentionPlace", .text(100), "羁押场所"), field("criminal/domicile", .text(100), "住所"),
        field("criminal/pleaLeniency", .word(["yes", "no", "unknown"]), "认罪认罚"),
        field("criminal/mayGetLifeOrDeath", .boolean, "可能判处无期徒刑、死刑"),
        field("criminal/expectedSentence3yPlus", .boolean, "可能判处三年以上"),
        field("criminal/coDefendants", .integer, "同案人数"),
        field("criminal/coDefendantsHaveCounsel", .boolean, "同案是否已有辩护人"),
        field("criminal/hasOwnCounsel", .boolean, "是否已委托辩护人"), field("criminal/secrecy", .boolean, "涉密或不公开"),
    ]

    static let request = [
        field("request/aidForms", .code("aidForm"), "援助形式"), field("request/lawyerWishes", .text(200), "对承办人的要求"),
        field("urgency/level", .word(["normal", "urgent", "critical"]), "紧急程度").ours,
        field("urgency/reasons", .text(32), "紧急原因").ours,
        field("urgency/claimed", .word(["normal", "urgent", "critical"]), "报送单位所述紧急程度"),
        field("urgency/claimedReasons", .text(200), "报送单位所述紧急原因"),
        field("urgency/preservationNeeded", .word(["property", "evidence", "advanceEnforcement"]), "保全或先予执行"),
    ]

    /// Domain §4.10: papers that came and papers that did not.
    static let papers = [
        field("materials/kind", .code("materialKind"), "材料种类"), field("materials/title", .text(200), "材料名称"),
        field("materials/form", .word(["original", "copy", "electronic", "share"]), "材料形式"),
        field("materials/count", .integer, "份数"), field("materials/receivedAt", .dateTime, "收到时间").timed(.past),
        field("materials/content", .text(.max), "内容").passing, field("materials/mime", .text(100), "媒体类型").ours,
        field("materials/size", .integer, "字节数").ours, field("materials/sm3", .text(64), "内容摘要").ours,
        field("materials/sha256", .text(64), "上传内容的摘要").ours,
        field("materials/scanState", .word(["notScanned", "clean", "infected"]), "查毒结果").ours,
        field("materials/externalPath", .text(300), "外部路径"), field("missing/kind", .code("materialKind"), "缺件种类"),
        field("missing/title", .text(200), "缺件名称"), field("missing/required", .boolean, "是否必要"),
        field("missing/due", .date, "补交期限"), field("missing/obtainableByShare", .boolean, "可否共享取得").ours,
        field("provisional/startedAt", .dateTime, "容缺受理开始").ours, field("provisional/due", .date, "容缺补齐期限"),
        field("provisional/promiseSigned", .boolean, "容缺承诺"),
    ]

    /// The gateway's hints, and what the institution said since, mirrored.
    static let outcome = [
        field("precheck/rule", .text(32), "预审规则").required.ours,
        field("precheck/outcome", .text(32), "预审提示").required.ours,
        field("precheck/basis", .text(500), "预审依据").ours, field("precheck/ruleVersion", .integer, "规则版本").ours,
        field("precheck/note", .text(500), "预审说明").ours, field("precheck/indicates", .text(64), "提示内容").ours,
        field("precheck/evidence", .text(200), "所据字段").ours,
        field("progress/state", .word(CaseState.allCases.map(\.rawValue)), "办案状态").ours,
        field("progress/work", .word(LawyerWork.allCases.map(\.rawValue)), "承办进度").ours,
        field("progress/decision/date", .date, "决定日期").ours, field("progress/decision/no", .text(60), "决定文号").ours,
        field("progress/decision/kind", .text(20), "决定种类").ours,
        field("progress/decision/reasonCode", .code("refusalReason"), "决定理由").ours,
        field("progress/assignment/unit", .text(100), "承办单位").ours,
        field("progress/assignment/lawyer", .text(50), "承办律师").ours,
        field("progress/assignment/licenceNo", .text(32), "执业证号").ours,
        field("progress/assignment/phone", .text(20), "承办人电话").ours,
        field("progress/assignment/letterNo", .text(60), "公函编号").ours,
        field("progress/assignment/date", .date, "指派日期").ours, field("progress/closure/date", .date, "结案日期").ours,
        field("progress/closure/resultCode", .code("closureResult"), "结案结果").ours,
    ]
}
