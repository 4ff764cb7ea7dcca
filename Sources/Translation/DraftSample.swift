import Documents

/// A field of a sample, with the rule that a draft would have for it.
struct DraftField {
    /// Asked at the record.
    let path: String
    let name: String
    /// It stands with the name of the person whom the record is about: another person's number must not become this one's.
    let isOfPerson: Bool

    /// What senders call the fields that nearly every message has.
    static let known: [(to: String, names: Set<String>, converter: String?)] = [
        ("source/messageId", ["xxbh", "msgid", "messageid", "bwbh", "报文编号", "消息编号"], nil),
        ("source/sentAt", ["fssj", "sendtime", "senttime", "ts", "发送时间"], "dateTime"),
        ("source/senderCode", ["fsdw", "fsdwbm", "sendercode", "报送单位代码", "来源单位代码"], nil),
        ("source/senderName", ["fsdwmc", "sendername", "报送单位", "报送单位名称", "来源单位", "来源单位名称"], nil),
        ("recipient/name", ["xm", "sqrxm", "dsrxm", "name", "姓名", "申请人姓名"], "personName"),
        ("recipient/idNumber", ["sfzhm", "sfzh", "zjhm", "idcard", "idno", "idnumber", "身份证号", "证件号码"], "residentId"),
        ("recipient/sexCode", ["xb", "gender", "sex", "性别"], nil),
        ("recipient/birthDate", ["csrq", "birthday", "birthdate", "出生日期"], nil),
        ("recipient/ethnicityCode", ["mz", "nation", "ethnicity", "民族"], nil),
        ("recipient/mobile", ["sjhm", "sjh", "lxdh", "mobile", "phone", "手机", "联系电话"], "phone"),
        ("recipient/residenceAddress", ["xzz", "jzdz", "address", "住址", "现住址"], nil),
        ("recipient/householdAddress", ["hjd", "hjdz", "户籍地址"], nil),
        ("proceeding/caseNumber", ["ah", "casenumber", "caseno", "案号"], "caseNumber"),
        ("matter/causeOfAction", ["ay", "cause", "案由"], nil),
        ("matter/factsSummary", ["ajqk", "aqzy", "detail", "summary", "案情", "案情概况"], "fullText"),
        ("remarks", ["bz", "remark", "remarks", "备注"], nil),
    ]

    static let personNames = known.first { $0.to == "recipient/name" }?.names ?? []
    /// What tells a person from a paper or an office that has a name too.
    fileprivate static let personal = known.filter { $0.to.hasPrefix("recipient/") && $0.to != "recipient/name" }
        .reduce(into: Set<String>()) { $0.formUnion($1.names) }
}

/// Which element of a sample gives the records, whom they are about, and every field that they have.
struct DraftSample {
    /// The first of the records.
    let record: Node
    private(set) var fields: [DraftField] = []
    /// From the record to the person.
    private let personPath: String
    private var seen: Set<String> = []

    init(of root: Node) {
        let person = Self.person(in: root)
        let chain = ([person] + person.ancestors).reversed().map(\.self)
        // The outermost that repeats: what repeats within it is the person's family, papers or opponents.
        record = chain.first(where: \.repeats) ?? root
        personPath = person.path(from: record)
        // A field may be missing in the first record and stand in another.
        for one in record.parent?.children.filter({ $0.elementName == record.elementName }) ?? [record] {
            walk(one, "", isOfPerson: personPath.isEmpty)
        }
        if root.identity != record.identity { walkOutside(root, "/" + root.step) }
    }

    // MARK: Whom it is about

    private static func person(in root: Node) -> Node {
        var found: [(node: Node, depth: Int)] = []
        func look(_ node: Node, _ depth: Int) {
            if node.holdsName { found.append((node, depth)) }
            for child in node.children where !child.children.isEmpty && !isOther(child) { look(child, depth + 1) }
        }
        look(root, 0)
        // Of those that lie equally deep, what has a birth date or a telephone is a person rather than a paper.
        return found.min { ($0.depth, $0.node.isPersonal ? 0 : 1) < ($1.depth, $1.node.isPersonal ? 0 : 1) }?.node
            ?? root
    }

    /// Words of elements about somebody else than the person who needs aid.
    private static let others = [
        "fddlr", "jhr", "dlr", "lxr", "jbr", "cbr", "jtcy", "dfdsr", "bgr", "guardian", "parent", "father", "mother",
        "agent",
        "contact", "worker", "family", "member", "relative", "spouse", "sibling", "opponent", "defendant", "officer",
        "operator", "法定代理", "监护", "代理人",
        "联系人", "经办", "承办", "家庭", "成员", "父", "母", "子女", "配偶", "亲属", "对方", "被告", "被申请人",
    ]

    private static func isOther(_ node: Node) -> Bool {
        let name = node.name.lowercased()
        return others.contains { name.contains($0) }
    }

    // MARK: Fields

    private mutating func walk(_ node: Node, _ path: String, isOfPerson: Bool) {
        for attribute in node.attributeNodes {
            add(
                path.isEmpty ? "@\(attribute.elementName)" : "\(path)/@\(attribute.elementName)", attribute.name,
                isOfPerson)
        }
        for child in node.children {
            let place = path.isEmpty ? child.step : "\(path)/\(child.step)"
            if child.children.isEmpty {
                add(place, child.name, isOfPerson)
                let staysWithPerson = isOfPerson && !child.holdsName && !Self.isOther(child)
                for attribute in child.attributeNodes {
                    add("\(place)/@\(attribute.elementName)", attribute.name, staysWithPerson)
                }
            } else {
                let staysWithPerson = isOfPerson && !child.holdsName && !Self.isOther(child)
                walk(child, place, isOfPerson: place == personPath || staysWithPerson)
            }
        }
    }

    /// What lies beside the record is reached from the root, and is nobody's own.
    private mutating func walkOutside(_ node: Node, _ path: String) {
        for child in node.children {
            let place = "\(path)/\(child.step)"
            guard place != record.absolutePath else { continue }
            if child.children.isEmpty { add(place, child.name, false) }
            for attribute in child.attributeNodes { add("\(place)/@\(attribute.elementName)", attribute.name, false) }
            walkOutside(child, place)
        }
    }

    private mutating func add(_ path: String, _ name: String, _ isOfPerson: Bool) {
        if seen.insert(path).inserted { fields.append(DraftField(path: path, name: name, isOfPerson: isOfPerson)) }
    }
}

extension Node {
    fileprivate var holdsName: Bool {
        children.contains { $0.children.isEmpty && DraftField.personNames.contains($0.name.lowercased()) }
            || attributeNodes.contains { DraftField.personNames.contains($0.name.lowercased()) }
    }

    fileprivate var isPersonal: Bool {
        children.contains { DraftField.personal.contains($0.name.lowercased()) }
            || attributeNodes.contains { DraftField.personal.contains($0.name.lowercased()) }
    }

    /// Whether there is more than one, or an array says that there may be.
    fileprivate var repeats: Bool {
        let alike = parent?.children.filter { $0.elementName == elementName } ?? []
        return alike.count > 1 || jsonType != nil && dottedPath.hasSuffix("]")
    }

    fileprivate var ancestors: [Node] {
        var found: [Node] = []
        var current = parent
        while let here = current {
            found.append(here)
            current = here.parent
        }
        return found
    }

    var absolutePath: String { ([self] + ancestors).reversed().map { "/" + $0.step }.joined() }

    fileprivate func path(from above: Node) -> String {
        let chain = [self] + ancestors
        let below = chain.prefix { $0.identity != above.identity }
        return below.reversed().map(\.step).joined(separator: "/")
    }
}
