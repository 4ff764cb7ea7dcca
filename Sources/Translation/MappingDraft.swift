import Documents

/// The files that a new agency's folder starts with, made from one of its documents.
public struct MappingDraft: Sendable {
    /// The file's path within the folder, and what it holds.
    public let files: [(path: String, bytes: [UInt8])]

    /// - Parameters:
    ///   - id: the folder below `Mappings`, such as `agency/message`; it becomes the mapping's identifier.
    ///   - sample: one document as the partner sends it. It is kept as an example, byte for byte.
    /// - Throws: `DocumentError` where the sample does not parse.
    public init(id: String, title: String, sample: [UInt8]) throws(DocumentError) {
        let document = try Document.parse(sample)
        let isXML = document.format == .xml
        var files = [(path: "mapping.xml", bytes: Array(Self.mapping(id: id, title: title, document).utf8))]
        if isXML { files.append((path: "schema.xsd", bytes: Array(SchemaDraft(document.root).text.utf8))) }
        let encoding = document.encoding == .gb18030 ? ".gb18030" : ""
        files.append((path: "examples/all-fields\(encoding).\(document.format.rawValue)", bytes: sample))
        self.files = files
    }

    private static func mapping(id: String, title: String, _ document: Document) -> String {
        let root = document.root
        let record = record(of: root)
        var fields: [(path: String, name: String)] = []
        leaves(of: record, path: "", into: &fields)
        var rules: [String] = []
        var unknown: [String] = []
        var taken: Set<String> = []
        for field in fields {
            let known = knownFields.first { $0.names.contains(field.name.lowercased()) && !taken.contains($0.to) }
            guard let known else {
                unknown.append(field.path)
                continue
            }
            taken.insert(known.to)
            let required = known.to == "source/messageId" || known.to == "recipient/name"
            rules.append(
                "<value to=\"\(known.to)\" from=\"\(field.path.escaped)\""
                    + (known.converter.map { " as=\"\($0)\"" } ?? "")
                    + (required ? " required=\"yes\"" : "") + "/>")
        }
        let schema = document.format == .xml ? " schema=\"schema.xsd\"" : ""
        let test =
            document.format == .xml
            ? "/\(root.step)" : root.children.first.map { "/root/\($0.step)" } ?? "/root"
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="\(id.escaped)" version="1" title="\(title.escaped)"
                     source="\(document.format.rawValue)"\(schema) accepts="\(test.escaped)" kind="application" route="byApplication">
              <each record="\(record.absolutePath.escaped)">
            \(rules.map { "    \($0)\n" }.joined())    <constant to="consent/applyWill" value="self"/>
                <!-- Fields of the sample without a rule; gateway translate lists them too when asked to explain:
            \(unknown.map { "         \($0.replacing("--", with: "-\u{2010}"))\n" }.joined())    -->
              </each>
            </mapping>

            """
    }

    /// An element that repeats and names a person gives the records; the document itself where none does.
    private static func record(of root: Node) -> Node {
        let names = knownFields.first { $0.to == "recipient/name" }?.names ?? []
        var queue = [root]
        while !queue.isEmpty {
            let children = queue.removeFirst().children.filter { !$0.children.isEmpty }
            for child in children where child.children.contains(where: { names.contains($0.name.lowercased()) }) {
                if children.filter({ $0.name == child.name }).count > 1 { return child }
            }
            queue += children
        }
        return root
    }

    /// Below the record first; what lies beside it is reached from the root.
    private static func leaves(of record: Node, path: String, into fields: inout [(path: String, name: String)]) {
        var seen: Set<String> = []
        func walk(_ node: Node, _ path: String) {
            for attribute in node.attributes {
                let place = path.isEmpty ? "@\(attribute.name)" : "\(path)/@\(attribute.name)"
                if seen.insert(place).inserted { fields.append((place, attribute.name)) }
            }
            for child in node.children {
                let place = path.isEmpty ? child.step : "\(path)/\(child.step)"
                if child.children.isEmpty, seen.insert(place).inserted { fields.append((place, child.name)) }
                walk(child, place)
            }
        }
        walk(record, "")
        let root = record.documentRoot
        guard root.identity != record.identity else { return }
        let before = record.absolutePath + "/"
        func outside(_ node: Node, _ path: String) {
            for child in node.children {
                let place = "\(path)/\(child.step)"
                guard !(place + "/").hasPrefix(before) else { continue }
                if child.children.isEmpty, seen.insert(place).inserted { fields.append((place, child.name)) }
                outside(child, place)
            }
        }
        outside(root, "/" + root.step)
    }

    /// What senders call the fields that nearly every message has.
    private static let knownFields: [(to: String, names: Set<String>, converter: String?)] = [
        ("source/messageId", ["xxbh", "msgid", "messageid", "bwbh", "报文编号", "消息编号"], nil),
        ("source/sentAt", ["fssj", "sendtime", "senttime", "ts", "发送时间"], "dateTime"),
        ("source/senderCode", ["fsdw", "fsdwbm", "sendercode", "来源单位代码"], nil),
        ("source/senderName", ["fsdwmc", "sendername", "来源单位", "来源单位名称"], nil),
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
}

/// A schema that the document it was made from meets. The author tightens it.
struct SchemaDraft {
    private final class Element {
        var children: [String] = []
        var below: [String: Element] = [:]
        var attributes: [String] = []
        var repeats: Set<String> = []
        var optional: Set<String> = []
        var hasText = false
        var instances = 0
        var isOrdered = true
    }

    private let name: String
    private let namespace: String?
    private let root = Element()

    init(_ node: Node) {
        name = node.name
        namespace = node.namespace
        Self.add(node, to: root)
    }

    private static func add(_ node: Node, to element: Element) {
        let children = node.children
        if children.isEmpty { element.hasText = true }
        for attribute in node.attributes where !element.attributes.contains(attribute.name) {
            element.attributes.append(attribute.name)
        }
        var seen: [String: Int] = [:]
        var last = -1
        for child in children {
            if element.below[child.name] == nil {
                element.below[child.name] = Element()
                element.children.append(child.name)
                if element.instances > 0 { element.optional.insert(child.name) }
            }
            let place = element.children.firstIndex(of: child.name) ?? 0
            if place < last { element.isOrdered = false }
            last = place
            seen[child.name, default: 0] += 1
            if let below = element.below[child.name] { add(child, to: below) }
        }
        for (name, count) in seen where count > 1 { element.repeats.insert(name) }
        for name in element.children where seen[name] == nil { element.optional.insert(name) }
        element.instances += 1
    }

    var text: String {
        let target = namespace.map { " targetNamespace=\"\($0.escaped)\" elementFormDefault=\"qualified\"" } ?? ""
        var text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"\(target)>

            """
        Self.write(name, root, occurs: "", indent: "  ", into: &text)
        return text + "</xs:schema>\n"
    }

    private static func write(
        _ name: String, _ element: Element, occurs: String, indent: String, into text: inout String
    ) {
        guard !element.children.isEmpty || !element.attributes.isEmpty else {
            text += "\(indent)<xs:element name=\"\(name)\" type=\"xs:string\"\(occurs)/>\n"
            return
        }
        let mixed = element.hasText ? " mixed=\"true\"" : ""
        text += "\(indent)<xs:element name=\"\(name)\"\(occurs)>\n\(indent)  <xs:complexType\(mixed)>\n"
        if !element.children.isEmpty {
            let model = element.isOrdered ? "sequence" : "choice"
            let times = element.isOrdered ? "" : " minOccurs=\"0\" maxOccurs=\"unbounded\""
            text += "\(indent)    <xs:\(model)\(times)>\n"
            for child in element.children {
                guard let below = element.below[child] else { continue }
                let occurs =
                    (element.optional.contains(child) ? " minOccurs=\"0\"" : "")
                    + (element.repeats.contains(child) ? " maxOccurs=\"unbounded\"" : "")
                write(child, below, occurs: occurs, indent: indent + "      ", into: &text)
            }
            text += "\(indent)    </xs:\(model)>\n"
        }
        for attribute in element.attributes {
            text += "\(indent)    <xs:attribute name=\"\(attribute)\" type=\"xs:string\"/>\n"
        }
        text += "\(indent)  </xs:complexType>\n\(indent)</xs:element>\n"
    }
}

extension Node {
    fileprivate var documentRoot: Node { ancestors.last ?? self }

    private var ancestors: [Node] {
        var found: [Node] = []
        var current = parent
        while let here = current {
            found.append(here)
            current = here.parent
        }
        return found
    }

    fileprivate var absolutePath: String {
        ([self] + ancestors).reversed().map { "/" + $0.step }.joined()
    }
}

extension String {
    /// For an attribute's value.
    fileprivate var escaped: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
