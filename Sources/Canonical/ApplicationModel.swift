import Vocabulary

extension CanonicalModel {
    /// The version of the published contract, `major.minor`. Within a major version only optional fields are added.
    public static let schemaVersion = "1.0"

    /// The canonical legal-aid application, and what other messages say about one.
    public static let application = CanonicalModel(
        envelope + source + earlierMessage + transfer + person("recipient") + agent + parties + situation + consent
            + matter + proceeding + criminal + request + papers + outcome + triage + lead,
        lists: [
            "transferChain", "relatedCases", "transfer/chain", "transfer/checkItems", "recipient/nameAlias",
            "recipient/accessibilityNeeds", "applyingAgent/person/nameAlias",
            "applyingAgent/person/accessibilityNeeds", "opposingParties", "groupFlags", "reliefStatuses",
            "economic/exemptionGround", "economic/exemptionGroundDerived", "matter/scopeItemsDerived",
            "consent/informationSharing/scope", "matter/scopeItems", "matter/claims",
            "proceeding/handlers", "proceeding/hearings", "proceeding/deadlines", "criminal/noticeGrounds",
            "criminal/charges", "request/aidForms", "urgency/reasons", "urgency/claimedReasons",
            "urgency/preservationNeeded", "materials", "missing", "precheck", "precheck/evidence", "target/candidates",
            "precheck", "precheck/evidence",
        ])

    private static func field(_ path: String, _ type: FieldType, _ zh: String) -> FieldDefinition {
        FieldDefinition(path, type, zh)
    }

    /// Domain §4.1.
    private static let envelope = [
        field("schemaVersion", .text(8), "版本").required.ours, field("applicationNo", .text(32), "网关受理号").ours,
        field("aidRoute", .word(AidRoute.allCases.map(\.rawValue)), "援助类型").required,
        field("intakeKind", .word(IntakeKind.allCases.map(\.rawValue)), "报文性质").required,
        field("groupId", .text(64), "群体性案件标识"), field("groupSize", .integer, "人数"),
        field("firstContact/institution", .text(32), "首问单位"), field("firstContact/officer", .text(30), "首问人"),
        field("firstContact/at", .dateTime, "首问时间").timed(.past),
        field("transferChain/seq", .integer, "转办序号"), field("transferChain/from", .text(32), "转出单位"),
        field("transferChain/to", .text(32), "转入单位"), field("transferChain/at", .dateTime, "转办时间").timed(.past),
        field("transferChain/reason", .text(500), "转办原因"), field("transferChain/officer", .text(30), "经办人"),
        field("transferChain/signedInAt", .dateTime, "签收时间").timed(.past),
        field("target/institutionCode", .text(16), "承办机构").ours, field("target/ruleId", .text(32), "分派规则").ours,
        field("target/manualReason", .text(500), "人工分派理由").ours,
        field("relatedCases/kind", .code("relationKind"), "关联种类"), field("relatedCases/caseNumber", .text(60), "关联案号"),
        field("relatedCases/applicationNo", .text(32), "关联受理号"),
        field("relatedCases/messageId", .text(64), "关联报文编号"), field("relatedCases/note", .text(200), "关联说明"),
        field("remarks", .text(1000), "备注"),
    ]

    private static let source = [
        field("source/senderType", .text(40), "报送单位类型").required.ours,
        field("source/senderCode", .text(32), "报送单位代码"), field("source/senderName", .text(100), "报送单位名称"),
        field("source/channel", .word(["push", "fileDrop", "manualEntry"]), "通道").required.ours,
        field("source/messageId", .text(64), "报文编号").required, field("source/messageType", .text(32), "报文类型"),
        field("source/batchId", .text(64), "批次号"), field("source/recordNo", .text(64), "批内记录号"),
        field("source/sentAt", .dateTime, "发送时间").timed(.sent),
        field("source/receivedAt", .dateTime, "接收时间").required.ours,
        field("source/rawFormat", .text(16), "原始格式").ours, field("source/rawEncoding", .text(16), "原始编码").ours,
        field("source/rawDigestSm3", .text(64), "原文摘要").required.ours, field("source/letterNo", .text(60), "通知函号"),
        field("source/letterDate", .date, "发函日期").timed(.past), field("source/senderCaseRef", .text(60), "来源系统受案号"),
        field("source/contactName", .text(30), "联系人"), field("source/contactPhone", .text(20), "联系电话"),
    ]

    /// Which earlier referral a supplement, cancellation, case event or transfer belongs to, and what it says of it.
    private static let earlierMessage = [
        field("reference/messageId", .text(64), "原报文编号"), field("reference/applicationNo", .text(32), "原网关受理号"),
        field("reference/senderCaseRef", .text(60), "原来源系统受案号"), field("reference/caseNumber", .text(60), "原案号"),
        field("reference/idNumber", .text(32), "当事人证件号码"), field("reference/name", .text(50), "当事人姓名"),
        field("event/code", .code("caseEventKind"), "案件事件"), field("event/at", .dateTime, "事件时间").timed(.past),
        field("event/no", .text(60), "事件文号"), field("event/organ", .text(100), "事件机关"),
        field("event/reason", .text(500), "事件原因"), field("event/result", .text(500), "事件结果"),
        field("withdrawal/reason", .text(500), "撤回原因"),
    ]

    private static let transfer = [
        field("transfer/transferNo", .text(64), "转办编号"), field("transfer/kind", .code("transferKind"), "转办种类"),
        field("transfer/from", .text(32), "转出机构代码"), field("transfer/fromName", .text(100), "转出机构"),
        field("transfer/to", .text(32), "转入机构代码"), field("transfer/toName", .text(100), "转入机构"),
        field("transfer/reason", .text(500), "转办原因"), field("transfer/at", .dateTime, "转办时间").timed(.past),
        field("transfer/chain", .text(64), "经办单位"), field("transfer/dueAt", .dateTime, "协作办结期限"),
        field("transfer/checkItems", .text(200), "协作核查事项"),
    ]

    /// Domain §4.2.
    private static func person(_ prefix: String) -> [FieldDefinition] {
        identity(prefix) + [
            field("\(prefix)/householdAddress", .text(200), "户籍地址"),
            field("\(prefix)/householdDivision", .text(6), "户籍区划"),
            field("\(prefix)/residenceAddress", .text(200), "经常居住地"),
            field("\(prefix)/residenceDivision", .text(6), "经常居住地区划"),
            field("\(prefix)/residenceTownCode", .text(9), "经常居住地乡镇街道"),
            field("\(prefix)/mailingAddress", .text(200), "通讯地址"), field("\(prefix)/postcode", .text(6), "邮编"),
            field("\(prefix)/mobile", .text(20), "手机"), field("\(prefix)/landline", .text(20), "固定电话"),
            field("\(prefix)/otherContact", .text(100), "其他联系方式"),
            field("\(prefix)/deliveryMethod", .code("deliveryMethod"), "文书送达方式"),
            field("\(prefix)/languageNeed", .text(30), "语言"), field("\(prefix)/interpreterNeeded", .boolean, "是否需要翻译"),
            field("\(prefix)/accessibilityNeeds", .code("accessibility"), "无障碍需求"),
            field("\(prefix)/civilCapacity", .code("capacity"), "民事行为能力"),
            field("\(prefix)/statutoryRepresentative/name", .text(50), "法定代理人"),
            field("\(prefix)/statutoryRepresentative/relation", .text(20), "与当事人关系"),
            field("\(prefix)/statutoryRepresentative/idNumber", .text(32), "法定代理人证件号码"),
            field("\(prefix)/statutoryRepresentative/mobile", .text(20), "法定代理人电话"),
            field("\(prefix)/custody/kind", .code("custodyKind"), "羁押情况"),
            field("\(prefix)/custody/place", .text(100), "羁押场所"),
            field("\(prefix)/custody/since", .date, "羁押起始").timed(.past),
            field("\(prefix)/priorApplication/made", .boolean, "曾否申请法律援助"),
            field("\(prefix)/priorApplication/where", .text(100), "曾申请机构"),
            field("\(prefix)/priorApplication/when", .date, "曾申请时间").timed(.past),
        ]
    }

    private static func identity(_ prefix: String) -> [FieldDefinition] {
        [
            field("\(prefix)/name", .text(50), "姓名").required, field("\(prefix)/nameAlias", .text(50), "曾用名"),
            field("\(prefix)/sexCode", .code("sex"), "性别"), field("\(prefix)/birthDate", .date, "出生日期").timed(.birth),
            field("\(prefix)/birthDateSource", .word(["declared", "derivedFromId"]), "出生日期来源").ours,
            field("\(prefix)/age", .integer, "年龄").passing, field("\(prefix)/ageAtEvent", .integer, "行为时年龄"),
            field("\(prefix)/nationalityCode", .text(3), "国籍"),
            field("\(prefix)/ethnicityCode", .code("ethnicity"), "民族"),
            field("\(prefix)/idType", .code("idDocumentType"), "证件类型"),
            field("\(prefix)/idNumber", .text(32), "证件号码"), field("\(prefix)/idNumberRaw", .text(64), "证件号码原文"),
            field("\(prefix)/idCheck", .word(IdCheck.allCases.map(\.rawValue)), "号码校验结果").ours,
            field("\(prefix)/uscc", .text(18), "统一社会信用代码"), field("\(prefix)/maritalCode", .code("marital"), "婚姻状况"),
            field("\(prefix)/educationCode", .code("education"), "文化程度"),
            field("\(prefix)/occupationCode", .code("occupation"), "从业状况"),
            field("\(prefix)/employer", .text(100), "工作单位"),
        ]
    }

    /// Domain §4.3.
    private static let agent =
        person("applyingAgent/person") + [
            field("applyingAgent/kind", .code("agentKind"), "代理类别"),
            field("applyingAgent/relationCode", .code("relationship"), "与申请人关系"),
            field("applyingAgent/authorityEvidence", .text(200), "代理权证明"),
            field("applyingAgent/interestConflict", .boolean, "是否与申请人利益冲突"),
            field("applyingAgent/relativesUnreachable", .boolean, "近亲属无法通知"),
        ]

    /// Domain §4.4 and §4.5.
    private static let parties = [
        field("opposingParties/kind", .word(["person", "organisation", "administrativeOrgan"]), "对方类型"),
        field("opposingParties/name", .text(100), "对方名称"), field("opposingParties/idNumber", .text(32), "对方证件号"),
        field("opposingParties/uscc", .text(18), "对方统一社会信用代码"),
        field("opposingParties/relationToApplicant", .text(20), "与申请人关系"),
        field("opposingParties/coLivingFamily", .boolean, "是否共同生活家庭成员"),
        field("opposingParties/address", .text(200), "对方地址"), field("opposingParties/phone", .text(20), "对方电话"),
        field("opposingParties/legalRepresentative", .text(50), "对方法定代表人"),
        field("groupFlags/code", .code("groupFlag"), "人群类别").required,
        field("groupFlags/assertedBy", .word(["applicant", "sender", "derived", "share"]), "认定来源"),
        field("groupFlags/evidenceRef", .text(200), "证明材料"), field("groupFlags/validFrom", .date, "认定起"),
        field("groupFlags/validTo", .date, "认定止"), field("groupFlags/note", .text(200), "人群说明"),
    ]

    /// Domain §4.6 and §4.7.
    private static let situation = [
        field("reliefStatuses/kind", .code("reliefKind"), "救助类别").required,
        field("reliefStatuses/certificateNo", .text(40), "证号"),
        field("reliefStatuses/status", .code("reliefState"), "状态"), field("reliefStatuses/validFrom", .date, "起"),
        field("reliefStatuses/validTo", .date, "止"), field("reliefStatuses/issuer", .text(100), "认定单位"),
        field("reliefStatuses/evidence", .word(["share", "certificate", "statement"]), "证明方式"),
        field("reliefStatuses/asOf", .dateTime, "数据时间").timed(.past), field("reliefStatuses/note", .text(100), "说明"),
        field("economic/claimed", .word(["hardship", "waived", "exempt", "notClaimed"]), "主张"),
        field("economic/householdSize", .integer, "家庭人口"),
        field("economic/monthlyIncomePerCapita", .money, "人均月收入").monthly,
        field("economic/ownMonthlyIncome", .money, "本人月收入").monthly,
        field("economic/specialExpense", .text(500), "重大疾病或突发事件"),
        field("economic/statementProvided", .boolean, "经济困难状况说明表"), field("economic/pledgeSigned", .boolean, "个人诚信承诺"),
        field("economic/checkRequestNo", .text(60), "核对委托书号"),
        field("economic/checkResult", .code("checkResult"), "核对结果"),
        field("economic/checkedAt", .date, "核对日期").timed(.past),
        field("economic/exemptionGround", .text(20), "免予核查依据"),
    ]

    private static let consent = [
        field("consent/applyWill", .code("applyWill"), "申请意愿"),
        field("consent/informationSharing/given", .boolean, "信息共享授权"),
        field("consent/informationSharing/form", .code("consentForm"), "授权方式"),
        field("consent/informationSharing/at", .dateTime, "授权时间").timed(.past),
        field("consent/informationSharing/scope", .text(60), "授权范围"),
        field("consent/informationSharing/evidenceRef", .text(200), "授权材料"),
        field("consent/minorGuardianConsent", .boolean, "监护人同意"),
    ]
}
