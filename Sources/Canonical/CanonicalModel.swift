/// What a canonical field may hold.
public enum FieldType: Sendable, Hashable {
    /// At most so many characters.
    case text(Int)
    /// A code of the named list.
    case code(String)
    case date
    /// RFC 3339 with offset.
    case dateTime
    /// Decimal yuan, two digits, kept as text.
    case money
    case integer
    case boolean
}

/// One field of the canonical application or status.
public struct FieldDefinition: Sendable, Hashable {
    /// Slash-separated; lists are written as their name, such as `materials/title`.
    public let path: String
    public let type: FieldType
    public let zh: String
}

/// The fields of the canonical data model (domain §4), against which mappings are checked.
public struct CanonicalModel: Sendable {
    public let fields: [FieldDefinition]
    private let index: [String: FieldDefinition]
    /// Every path that is an object or a list of objects.
    private let groups: Set<String>

    init(_ fields: [FieldDefinition]) {
        self.fields = fields
        index = Dictionary(fields.map { ($0.path, $0) }) { first, _ in first }
        groups = Set(
            fields.flatMap { field in
                let parts = field.path.split(separator: "/")
                return (1..<max(1, parts.count)).map { parts.prefix($0).joined(separator: "/") }
            })
    }

    public func field(at path: String) -> FieldDefinition? { index[path] }
    public func isGroup(_ path: String) -> Bool { groups.contains(path) }

    /// The field or group whose path is most like the given one: what a mistyped path probably meant.
    public func nearest(to path: String) -> String? {
        Spelling.nearest(to: path, among: fields.map(\.path) + groups.sorted())
    }
}

/// What a misspelt word probably meant.
public enum Spelling {
    /// The candidate with the smallest edit distance, if at most a third of the word has to change.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        let best = candidates.map { ($0, distance(word, $0)) }.min { $0.1 < $1.1 }
        return best.flatMap { $0.1 <= max(2, word.count / 3) ? $0.0 : nil }
    }

    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (i, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let substitution = diagonal + (character == right[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}

extension CanonicalModel {
    public static let application = CanonicalModel(
        envelope + person("recipient") + parties + situation + matter + proceeding + criminal + papers)

    private static func field(_ path: String, _ type: FieldType, _ zh: String) -> FieldDefinition {
        FieldDefinition(path: path, type: type, zh: zh)
    }

    private static let envelope = [
        field("source/senderCode", .text(32), "来源单位代码"), field("source/senderName", .text(100), "来源单位名称"),
        field("source/messageId", .text(64), "报文编号"), field("source/messageType", .text(32), "报文类型"),
        field("source/sentAt", .dateTime, "发送时间"), field("source/letterNo", .text(60), "通知函号"),
        field("source/letterDate", .date, "发函日期"), field("source/senderCaseRef", .text(60), "来源系统受案号"),
        field("source/contactName", .text(30), "联系人"), field("source/contactPhone", .text(20), "联系电话"),
        field("groupId", .text(64), "群体性案件标识"), field("groupSize", .integer, "人数"),
        field("firstContact/institution", .text(32), "首问单位"), field("firstContact/officer", .text(30), "首问人"),
        field("firstContact/at", .dateTime, "首问时间"), field("remarks", .text(1000), "备注"),
    ]

    private static func person(_ prefix: String) -> [FieldDefinition] {
        [
            field("\(prefix)/name", .text(50), "姓名"), field("\(prefix)/sexCode", .code("sex"), "性别"),
            field("\(prefix)/birthDate", .date, "出生日期"), field("\(prefix)/age", .integer, "年龄"),
            field("\(prefix)/nationalityCode", .text(3), "国籍"),
            field("\(prefix)/ethnicityCode", .code("ethnicity"), "民族"),
            field("\(prefix)/idType", .code("idDocumentType"), "证件类型"),
            field("\(prefix)/idNumber", .text(32), "证件号码"), field("\(prefix)/maritalCode", .code("marital"), "婚姻状况"),
            field("\(prefix)/employer", .text(100), "工作单位"),
            field("\(prefix)/householdAddress", .text(200), "户籍地址"),
            field("\(prefix)/householdDivision", .text(6), "户籍区划"),
            field("\(prefix)/residenceAddress", .text(200), "经常居住地"),
            field("\(prefix)/mobile", .text(20), "手机"), field("\(prefix)/landline", .text(20), "固定电话"),
            field("\(prefix)/interpreterNeeded", .boolean, "是否需要翻译"),
            field("\(prefix)/custody/kind", .code("custodyKind"), "羁押情况"),
            field("\(prefix)/custody/place", .text(100), "羁押场所"), field("\(prefix)/custody/since", .date, "羁押起始"),
            field("\(prefix)/statutoryRepresentative/name", .text(50), "法定代理人"),
            field("\(prefix)/statutoryRepresentative/relation", .text(20), "与当事人关系"),
            field("\(prefix)/statutoryRepresentative/mobile", .text(20), "法定代理人电话"),
        ]
    }

    private static let parties = [
        field("applyingAgent/kind", .text(40), "代理类别"),
        field("applyingAgent/relativesUnreachable", .boolean, "近亲属无法通知"),
        field("opposingParties/kind", .text(20), "对方类型"), field("opposingParties/name", .text(100), "对方名称"),
        field("opposingParties/idNumber", .text(32), "对方证件号"), field("opposingParties/uscc", .text(18), "统一社会信用代码"),
        field("opposingParties/relationToApplicant", .text(20), "与申请人关系"),
        field("groupFlags/code", .code("groupFlag"), "人群类别"), field("groupFlags/assertedBy", .text(20), "认定来源"),
    ]

    private static let situation = [
        field("reliefStatuses/kind", .code("reliefKind"), "救助类别"),
        field("reliefStatuses/certificateNo", .text(40), "证号"),
        field("reliefStatuses/status", .code("reliefState"), "状态"), field("reliefStatuses/validFrom", .date, "起"),
        field("reliefStatuses/validTo", .date, "止"), field("reliefStatuses/issuer", .text(100), "认定单位"),
        field("reliefStatuses/evidence", .text(20), "证明方式"), field("reliefStatuses/note", .text(100), "说明"),
        field("economic/claimed", .text(20), "主张"), field("economic/checkRequestNo", .text(60), "核对委托书号"),
        field("economic/checkResult", .code("checkResult"), "核对结果"), field("economic/checkedAt", .date, "核对日期"),
        field("economic/householdSize", .integer, "家庭人口"), field("economic/exemptionGround", .text(20), "免予核查依据"),
        field("consent/applyWill", .code("applyWill"), "申请意愿"),
        field("consent/informationSharing/given", .boolean, "信息共享授权"),
        field("consent/informationSharing/form", .code("consentForm"), "授权方式"),
        field("consent/informationSharing/at", .dateTime, "授权时间"),
    ]

    private static let matter = [
        field("matter/caseDomain", .code("caseDomain"), "案件类别"), field("matter/scopeItems", .code("scopeItem"), "法定事项"),
        field("matter/causeOfAction", .text(100), "案由"), field("matter/factsSummary", .text(4000), "案情概况"),
        field("matter/claims", .text(500), "诉讼请求"), field("matter/amount", .money, "标的额"),
        field("matter/factsDate", .date, "事由发生时间"), field("matter/factsPlace", .text(200), "事由发生地"),
        field("matter/standing", .text(20), "法律地位"),
        field("matter/supportProsecution/procuratorate", .text(100), "支持起诉机关"),
        field("matter/supportProsecution/caseRef", .text(60), "支持起诉受案号"),
        field("matter/supportProsecution/kind", .text(60), "支持方式"),
        field("matter/supportProsecution/partyConsent", .boolean, "当事人同意"),
        field("matter/administrative/organ", .text(100), "被告机关"),
        field("matter/administrative/act", .text(200), "被诉行为"),
        field("matter/administrative/actDate", .date, "行为作出日期"),
    ]

    private static let proceeding = [
        field("proceeding/stage", .code("stage"), "阶段"), field("proceeding/caseNumber", .text(60), "案号"),
        field("proceeding/handlingOrgan/type", .text(20), "办案机关类型"),
        field("proceeding/handlingOrgan/code", .text(32), "办案机关代码"),
        field("proceeding/handlingOrgan/name", .text(100), "办案机关"),
        field("proceeding/handlingOrgan/division", .text(6), "办案机关区划"),
        field("proceeding/handlingOrgan/level", .text(20), "办案机关级别"),
        field("proceeding/handlers/role", .text(20), "承办人角色"), field("proceeding/handlers/name", .text(30), "承办人"),
        field("proceeding/handlers/phone", .text(20), "承办人电话"),
        field("proceeding/procedure", .code("procedure"), "适用程序"), field("proceeding/acceptedAt", .date, "立案日期"),
        field("proceeding/hearings/at", .dateTime, "开庭时间"), field("proceeding/hearings/place", .text(100), "开庭地点"),
        field("request/aidForms", .code("aidForm"), "援助形式"),
    ]

    private static let criminal = [
        field("criminal/noticeForce", .text(20), "应当或可以"),
        field("criminal/noticeGrounds", .code("noticeGround"), "通知理由"),
        field("criminal/noticeGroundText", .text(500), "通知理由原文"), field("criminal/charges", .text(60), "罪名"),
        field("criminal/coerciveMeasure", .code("coerciveMeasure"), "强制措施"),
        field("criminal/detentionPlace", .text(100), "羁押场所"), field("criminal/domicile", .text(100), "住所"),
        field("criminal/pleaLeniency", .text(10), "认罪认罚"),
    ]

    private static let papers = [
        field("materials/kind", .code("materialKind"), "材料种类"), field("materials/title", .text(200), "材料名称"),
        field("materials/count", .integer, "份数"), field("materials/content", .text(.max), "内容"),
        field("materials/externalPath", .text(300), "外部路径"), field("missing/kind", .code("materialKind"), "缺件种类"),
        field("missing/title", .text(200), "缺件名称"),
    ]
}
