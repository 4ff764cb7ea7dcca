import Canonical
import Documents
import StrictJSON

/// One thing translation has to say about one field. Carries place and rule, never the value.
public struct Finding: Sendable, Hashable {
    public enum Severity: String, Sendable, CaseIterable {
        /// The record cannot be used.
        case error
        /// It was used; the sender should know.
        case warning
        /// Nothing to mend.
        case info
    }

    public let severity: Severity
    public let code: String
    /// Canonical, dotted, such as `materials[1].title`.
    public let path: String?
    public let location: SourceLocation?
    /// The mapping's own line, such as `court/defence-notice:14`.
    public let rule: String?
    /// The code list that does not know a text.
    public let list: String?
    public let message: String
    /// What the sender itself calls the field: its path in the document, without positions.
    public internal(set) var field: String?
    /// Of what no mapping takes.
    public internal(set) var unmatched: UnmatchedDocument?

    /// The canonical field in Chinese.
    public var title: String? {
        path.flatMap { CanonicalModel.application.title(atPlace: $0.replacing(".", with: "/")) }
    }

    public init(
        severity: Severity, code: String, path: String?, location: SourceLocation?, rule: String?,
        list: String? = nil, message: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.path = path
        self.location = location
        self.rule = rule
        self.list = list
        self.message = message ?? Self.messages[code] ?? code
    }

    /// A document, or a message of one, that no mapping takes.
    init(noMapping document: UnmatchedDocument, at location: SourceLocation) {
        self.init(
            severity: .error, code: "noMapping", path: nil, location: location, rule: nil, message: document.message)
        unmatched = document
    }

    /// The same place, told as something else that was found out later.
    func told(as code: String, _ severity: Severity, message: String? = nil) -> Finding {
        var told = Finding(
            severity: severity, code: code, path: path, location: location, rule: rule, list: list, message: message)
        told.field = field
        return told
    }

    /// What the transport called a document that no mapping takes.
    public func told(mediaType: String?) -> Finding {
        var told = self
        told.unmatched?.mediaType = mediaType
        return told
    }

    /// What is wrong with a member of a call's own body.
    ///
    /// - Parameter pointer: where it stands, or should (RFC 6901).
    public init(
        _ code: String, path: String, pointer: String, rule: String? = nil, list: String? = nil, message: String? = nil
    ) {
        self.init(
            severity: .error, code: code, path: path, location: SourceLocation(line: nil, column: nil, path: pointer),
            rule: rule, list: list, message: message)
    }

    /// What a document breaks of a mapping's schema.
    init(_ violation: SchemaViolation, told mapping: Mapping) {
        self.init(
            severity: mapping.violations, code: violation.rule.rawValue, path: nil, location: violation.location,
            rule: mapping.id,
            message: mapping.violations == .error
                ? "与公布的格式不符。 Not as the published schema says."
                : "与公布的格式不符，已容忍。 Not as the published schema says; tolerated.")
    }

    /// What a test of a mapping could not read.
    init(_ doubt: MappingMeaning.Doubt, path: String?, rule: String) {
        self.init(
            severity: .warning, code: doubt.code, path: path, location: doubt.node.location, rule: rule,
            list: doubt.list)
    }

    public var json: JSONValue {
        .compact(
            [
                ("severity", .string(severity.rawValue)), ("code", .string(code)), ("path", .text(path)),
                ("title", .text(title)), ("field", .text(field)), ("location", location.map(\.json)),
                ("rule", .text(rule)), ("list", .text(list)), ("message", .string(message)),
            ] + (unmatched?.json ?? []))
    }

    /// What each code means and how to mend it, Chinese first.
    public static let messages: [String: String] = [
        "missing": "缺少必填内容，请补充。 Required and not there.",
        "empty": "内容为空，按未提供处理。 Empty; taken as not given.",
        "nullToken": "填写了“无”一类占位词，按未提供处理。 A placeholder; taken as not given.",
        "denied": "所列情形在原文中是否定的，未予采用。 The text denies what it names; it was not taken.",
        "willMissing":
            "未写明本人是否申请，暂作线索登记；补充本人或代理人的申请意愿后按申请受理。 No word whether the person applies: taken as a lead; with the person's or an agent's word it becomes an application.",
        "willDeclined":
            "本人表示不申请，作线索登记；改变意愿的，补充申请即可。 The person does not apply: taken as a lead; with a word of will it becomes an application.",
        "willUnclear": "申请意愿无法识别，未作推定，请核实后补充。 Whether the person applies cannot be read; nothing was assumed.",
        "willAssumed": "未写明申请意愿，按所转交的申请处理，请核实。 No word of will; the forwarded application was taken for it.",
        "unknownCode": "代码或名称不在代码表内，请按字段对照表填写。 Not in the code list.",
        "notADate": "日期无法识别，请用 yyyy-MM-dd。 Not a date.",
        "notANumber": "数值无法识别，请填写数字。 Not a number.",
        "notABoolean": "是否项无法识别，请填“是”或“否”。 Neither yes nor no.",
        "tooLong": "内容超过最大长度。 Too long.",
        "normalizedDate": "日期写法不规范，已识别。 Unusual date, understood.",
        "monthOnly": "日期只有年月，已按当月一日处理。 Year and month only; the first day was taken.",
        "twoDigitYear": "年份只有两位，已推定世纪，请写四位年份。 A two-digit year; the century was guessed.",
        "timeNotRead": "时刻无法识别，仅取日期，请补正。 The time of day could not be read; only the date was taken.",
        "dateRange": "一栏写了起止时间，已取本栏所问的一端。 A range; the end that the field asks for was taken.",
        "severalDates": "一栏写了多个日期或时间，请分栏填写。 Several dates or times in one field.",
        "weekdayConflict": "日期与所写星期不符，已按日期处理，请核对。 The weekday is not that of the date; the date was taken.",
        "dateInFuture": "日期晚于接收时间，请核对；相差一年以上的未采用。 Later than receipt; left out where by more than a year.",
        "dateImplausible": "日期不合情理，请核对；明显错误的未采用。 Not a likely date; left out where it cannot be meant.",
        "approximateValue": "写的是约数，已按所写数值处理，请核实。 An approximate value; taken as written.",
        "textLeftAside": "另有文字未计入，请核对。 Other words in the field were left aside.",
        "negativeNumber": "此处不应为负数，未采用。 No negative number is meant here; left out.",
        "foreignCurrency": "金额不是人民币，未采用，请折算为人民币元。 Not in yuan; left out.",
        "wrongUnit": "计量单位不符（如百分比、按年或按日计），未采用。 Another unit, such as a percentage or a sum per year; left out.",
        "perMonth":
            "写的是每月金额，已按所写数值处理，请核对是否应为总额。 An amount for each month; taken as written, check whether a total is meant.",
        "roundedNumber": "小数位过多，已四舍五入。 Too many decimals; rounded.",
        "severalNumbers": "一栏写了多个号码，未全部归入本栏，请核对。 Several numbers in one field; not all of them fit into it.",
        "serviceNumber": "写的是热线或服务号码，不是本人电话，已归入其他联系方式。 A hotline is nobody's own number; put with the other contacts.",
        "caseNumberNotRead": "案号写法无法识别，已按原样保留，请核对。 Not a number of a known form; kept as it is.",
        "areaCodeAssumed": "座机未写区号，已按本市区号处理。 No area code; the city's own was taken.",
        "unknownCaseType": "案号的类型代字不在规定之内，请核对。 The kind of case in the number is not one of the rules'.",
        "normalizedNumber": "数值写法不规范，已识别。 Unusual number, understood.",
        "normalizedFullWidth": "全角字符已转为半角。 Full-width characters were narrowed.",
        "lowerCaseX": "证件号末位小写 x 已转为 X。 Lower-case x was raised.",
        "lookalikeX": "证件号中的形近字符已转为 X。 A look-alike was made X.",
        "blanksRemoved": "已去除多余空白或连字符。 Blanks were removed.",
        "apostropheRemoved": "已去除表格软件加的撇号。 A spreadsheet's apostrophe was removed.",
        "fifteenDigits": "15 位旧证件号已升为 18 位。 A 15-digit number was lengthened.",
        "checksumError": "校验位不符，请核对。 Wrong check character.",
        "formatError": "格式不符，请核对。 Wrong format.",
        "sexConflict": "性别与证件号不一致，已保留填报值。 Sex disagrees with the identity number.",
        "birthDateConflict": "出生日期与证件号不一致，已保留填报值。 Birth date disagrees with the number.",
        "ageConflict": "年龄与证件号不一致。 Age disagrees with the number.",
        "flagNotSupportedByAge": "人群类别与年龄不符，已保留。 The group is not supported by the age.",
        "attachmentByDigest": "附件以摘要引用此前上传的内容。 The attachment refers by digest to what was uploaded before.",
        "attachmentNotUploaded":
            "附件所引用的摘要没有上传过或已过期，内容未取得；请先用 PUT /v1/attachments/{sha-256} 上传，再以补充材料重新引用。 Nothing was uploaded under this digest, or it has expired; upload it and refer to it again in a supplement.",
        "attachmentByPath": "附件只给出路径，内容未随报文送达。 The attachment came as a path only.",
        "attachmentPathUnsafe": "附件路径含“..”，未采用。 The attachment's path leads out of the folder and was dropped.",
        "attachmentUndecodable": "附件的 Base64 内容无法解码。 The attachment is not Base64.",
        "attachmentDigestMismatch": "附件摘要不符，内容可能受损。 The attachment's digest differs.",
        "attachmentDigestUnknown": "附件摘要无法识别，请用 SM3、SHA-256 或 MD5 的十六进制。 Not a digest in hexadecimal.",
        "attachmentTypeMismatch": "附件内容与所称格式不符。 The attachment is not what it claims to be.",
        "attachmentTooLarge": "附件过大，未接收。 The attachment is too large and was not taken.",
        "tooManyAttachments": "附件过多，其余未接收。 Too many attachments; the rest was not taken.",
        "personRepeated": "同一人在一份报文中出现两次，已按一件处理。 The same person twice in one message; one application was made.",
        "personDoubtful":
            "同一份报文中有姓名或证件号相同的人，无法确定是否同一人，已按两人处理，请核对。 Two persons of one message share a name or a number; both were kept.",
        "rowsDiffer": "合为一项的各行内容不一致，已取第一行，请核对。 Rows that make one item differ; the first counts.",
        "embeddedNotBase64": "内嵌报文不是 Base64，无法解码。 The embedded document is not Base64.",
        "patternMismatch": "内容不符合约定的写法，未采用，请核对。 Not written as agreed; not used.",
        "patternAmbiguous": "文中有多处符合约定的写法，已取第一处。 Several places fit the agreed form; the first was taken.",
        "patternGivenUp": "内容过长或过于复杂，无法按约定的写法识别，未采用。 Too long or too involved to be read by its pattern; not used.",
        "repeated": "该项重复出现，已取第一个。 Given more than once; the first counts.",
        "unknownMember": "没有这一项，请对照接口说明。 There is no such member; see the interface description.",
        "wrongType": "此处应为单个值，不应为对象或数组。 One value is meant here, not an object or an array.",
        "contradiction": "报文前后内容矛盾，已按原样保留，请核对。 Two statements contradict each other; both were kept.",
        "courtConflict":
            "法院代码、名称与案号不一致，以案号为准，其次为代码，请核对。 Court code or name disagrees with the case number, which is trusted most.",
        "tooManyFindings": "问题过多，其余未列出；请先更正已列各项。 Too many findings; the rest is not listed.",
        "tagOfOtherPersonIgnored": "家庭或他人的标签未计入本人。 A tag of somebody else was left aside.",
        "markupRemoved": "已去除文本中的标记。 Markup was removed.",
        "encodingMismatch": "声明的编码与实际不符，已按实际编码读取。 The declared encoding was not the real one.",
        "encodingNotUTF8": "JSON 应使用 UTF-8。 JSON should be UTF-8.",
        "htmlEntity": "含有 XML 未定义的 HTML 实体，已替换。 HTML entities were replaced.",
        "encodingAmbiguous": "内容可按两种编码读取，已取可能性较大的一种，请核对。 Two encodings fit; the likelier was taken, please check.",
        "encodingCesu8": "生僻字按代理对编码（CESU-8），已还原；请用 UTF-8。 Surrogate pairs (CESU-8) were joined; please send UTF-8.",
        "byteOrderMarkRepeated": "文首字节序标记重复，已去除。 A doubled byte order mark was removed.",
        "blankBeforeDeclaration": "XML 声明之前有空白，已容忍。 Blanks before the XML declaration were tolerated.",
        "namespaceIgnored": "元素带有命名空间（xmlns），已按无命名空间读取。 The namespace was left aside.",
        "controlCharacter": "含有控制字符，已去除。 Control characters were removed.",
        "replacementCharacter": "含有替换字符（U+FFFD），原字已丢失，请补正。 A character was lost before it came.",
        "garbledText": "疑为乱码，请核对编码后重发。 Probably read in the wrong encoding before it came.",
        "questionMarks": "含有问号，原字可能已丢失，请核对。 Question marks; characters may have been lost.",
        "escapedTwice": "实体或转义被重复转义，已还原。 What was escaped twice was read once.",
        "normalizedName": "姓名中的点写法不规范，已统一。 The dot in a name was given its one form.",
        "nameDoubtful":
            "姓名中有数字、标点等不属于姓名的内容，已按原样保留，请核对。 Figures, punctuation or other things that belong to no name; kept as they came.",
        "normalizedCode": "代码写法不规范，已识别。 Unusual spelling of a code, understood.",
        "townCodeLeftOut": "只保留前六位区划代码，镇（街道）代码未采用，请在地点中写明镇名。 Only the division was kept; name the town in the place.",
        "notADivision": "不是区划代码（信用代码、税号不代表区划），未采用。 Not a division's code and not used.",
        "privateUseCharacter": "含有自造字，可能无法显示。 Private-use characters.",
        "referenceMissing": "没有编号指明是哪一件，请填写原报文编号或网关受理号。 Nothing names the referral it belongs to.",
        "essentialsMissing": "缺少该类报文不可缺少的内容，请按所示字段补充。 What this kind of message is about is missing.",
        "statutoryContentMissing":
            "文书缺少法定内容，请补充，不影响受理。 The letter lacks what it must state by law; it was taken all the same.",
        "supplementEmpty": "补充材料报文中没有材料。 A supplement without papers.",
        "ownCounselOnNotice": "已委托辩护人的不属于通知辩护的对象，请核实。 A notice is for those without counsel; please check.",
        "notInEnumeration": "取值不在公布格式所列范围内。 Not one of the values that the published schema lists.",
        "wrongPattern": "写法与公布格式的样式不符。 Not as the published schema's pattern has it.",
        "wrongLength": "长度与公布格式不符。 Longer or shorter than the published schema allows.",
        "outOfRange": "数值超出公布格式的范围。 Outside the range of the published schema.",
        "unknownAttribute": "公布格式中没有该属性。 An attribute that the published schema does not have.",
        "missingAttribute": "缺少公布格式要求的属性。 An attribute that the published schema requires is missing.",
        "schemaViolation": "与公布的格式不符。 Not as the published schema says.",
        "noMapping": "没有适用于该报文的映射，请核对报文类型。 No mapping fits this document.",
        "mappingDisagrees":
            "参数 mapping 指定的映射与报文自身的类型不符，请去掉该参数或改用报文的映射。 The document says that it is of another mapping than the one asked for.",
        "kindDisagrees": "请求地址与报文性质不符，请改用相应的地址。 The path takes another kind of message.",
        "referenceDisagrees": "报文所指的原件不是请求地址所指的转介，请核对。 The document names another referral than the path.",
        "personDisagrees": "报文所写的当事人不是该转介的当事人，请核对。 The document names another person than the referral's.",
        "personAmbiguous":
            "该转介有多名当事人，仅凭姓名不能确定是哪一位，请写明证件号或网关受理号。 Several persons, and a name alone does not tell which: give the identity number or the application's number.",
        "noRecord": "报文中没有可处理的记录。 The document holds no record.",
        "senderMismatch": "报文中的报送单位代码不属于提交该报文的单位。 The sender code is not the caller's.",
        "unexpectedElement": "元素位置或名称与公布的格式不符，已容忍。 Unexpected element, tolerated.",
        "securityDoctype": "不接受 DOCTYPE 声明，请删除。 A DOCTYPE is not accepted.",
        "notWellFormed": "XML 不完整或不合规，请从所示位置检查。 Not well-formed XML.",
        "declarationMisplaced": "XML 声明不在文首，可能是两份报文拼在一起。 The XML declaration is not at the start.",
        "notJSON": "JSON 不合规，请从所示位置检查。 Not valid JSON.",
        "duplicateKey": "JSON 对象中有重复的键。 Duplicate key.",
        "badEncoding": "文字编码无法识别，请用 UTF-8 或 GB18030。 Unknown encoding.",
        "byteOrderMarkInside": "文中夹有字节序标记，可能是拼接所致。 A byte order mark inside.",
        "tooDeep": "嵌套过深。 Nested too deeply.", "tooLarge": "报文过大。 Too large.",
        "tooManyNodes": "元素过多。 Too many elements.", "tooManyAttributes": "属性过多。 Too many attributes.",
        "empty-document": "报文为空。 Empty.",
    ]
}

/// Findings up to a number: a document of nothing but faults must not fill the receipt, the store and the screen.
public struct FindingList: Sendable {
    /// Of one document.
    public static let limit = 200

    public private(set) var all: [Finding] = []
    private var room: Int

    init(room: Int = Self.limit) { self.room = room }

    /// What is left for the document's next record.
    var remaining: Int { max(0, room - all.count) }

    mutating func add(_ finding: Finding) {
        if all.count < room {
            all.append(finding)
        } else if all.count == room, room > 0 || finding.severity == .error {
            all.append(Finding(severity: .warning, code: "tooManyFindings", path: nil, location: nil, rule: nil))
        }
        // An error decides what becomes of the record, so the first one is never left out.
        if all.count > room, finding.severity == .error, !all.contains(where: { $0.severity == .error }) {
            all.append(finding)
        }
    }

    /// Whether a code was told already of a place in the document.
    func holds(_ code: String, at location: SourceLocation) -> Bool {
        all.contains { $0.code == code && $0.location == location }
    }

    /// Whether a code was told already of a field or of one below it.
    func holds(_ code: String, below path: String) -> Bool {
        let dotted = TargetTree.dotted(path)
        return all.contains { $0.code == code && $0.path?.hasPrefix(dotted) ?? false }
    }
}
