import Translation
import Transport
import Vocabulary

/// A mapping as the table that a partner is handed (字段对照表); it prints without the frame.
extension WebConsole {
    /// - Parameter line: the rule's line, to stand at its row.
    static func fieldAddress(_ mapping: String, line: Int? = nil) -> String {
        "/console/mappings/fields?id=\(mapping.urlEscaped)\(line.map { "#line-\($0)" } ?? "")"
    }

    /// A finding's rule, such as `court/defence-notice:14`, leading to its row; what follows from the mapping as a whole
    /// bears its name alone and leads to the table.
    static func ruleLink(_ rule: String?) -> HTML {
        guard let rule else { return "–" }
        let parts = rule.split(separator: ":")
        let line = parts.count == 2 ? Int(parts[1]) : nil
        guard let mapping = parts.first, line != nil || parts.count == 1 else {
            return "<span class=\"mono\">\(rule)</span>"
        }
        return "<a class=\"mono\" href=\"\(fieldAddress(String(mapping), line: line))\">\(rule)</a>"
    }

    func fieldPage(_ scene: Scene) throws(Problem) -> Page {
        let language = scene.language
        guard let fields = library.fieldTable(of: scene.request.query("id") ?? "") else {
            throw Problem(.notFound, zh: "没有这个映射，或它已不在用。", en: "No such mapping, or it is not in force.")
        }
        let (theirs, ours) = (language("对方字段", "Partner's field"), language("标准字段", "Canonical field"))
        var table = DataTable(
            caption: "\(fields.title) \(fields.id)",
            columns: [
                .init(name: fields.isInbound ? theirs : ours), .init(name: language("中文名称", "Name")),
                .init(name: fields.isInbound ? ours : theirs), .init(name: language("类型", "Type")),
                .init(name: language("必填", "Required")), .init(name: language("条件", "Condition")),
                .init(name: language("示例", "Example")),
                .init(name: language("转换", "Converters")), .init(name: language("代码表", "Code list")),
                .init(name: language("最大长度", "Max length"), isNumber: true), .init(name: language("说明", "Notes")),
                .init(name: language("规则行", "Rule's line"), isNumber: true),
            ], empty: language("该映射没有字段。", "The mapping has no fields."))
        var anchors = Anchors()
        table.rows = fields.rows.map { row in
            [
                "\(anchors.mark([row.line] + row.opens))<span class=\"mono\">\(row.sources.isEmpty ? "–" : row.source)</span>",
                "\(row.zh)",
                "<span class=\"mono\">\(fields.isInbound ? row.target.replacing("/", with: ".") : row.target)</span>",
                "\(row.type.isEmpty ? "–" : row.type)",
                row.isRequired ? "<strong>\(language("是", "yes"))</strong>" : "–",
                row.conditions.isEmpty ? "–" : "<code>\(row.conditions.joined(separator: "；"))</code>",
                "\(row.example ?? "–")",
                row.converters.isEmpty ? "–" : "<span class=\"mono\">\(row.converters.joined(separator: " "))</span>",
                row.codes.map(Self.codeListLink) ?? "–", "\(row.maxLength.map { "\($0)" } ?? "–")",
                row.notes.isEmpty ? "–" : "\(row.notes.joined(separator: "；"))",
                "\(row.line)",
            ]
        }
        let checks = Self.checks(of: fields, &anchors, language)
        return Page(
            title: language("字段对照表", "Field table"), section: .mappings,
            body: """
                <p><a href="\(Section.mappings.path)">\(language("所有映射", "All mappings"))</a></p>\(table.html)
                \(checks.rows.isEmpty ? HTML.none : "<h2>\(language("核对", "Checks"))</h2>\(checks.html)")
                """)
    }

    private static func checks(of fields: FieldTable, _ anchors: inout Anchors, _ language: Language) -> DataTable {
        var checks = DataTable(
            caption: language("字段之外还要核对的", "What a record is held against besides"),
            columns: [
                .init(name: language("代码", "Code")), .init(name: language("标准字段", "Canonical field")),
                .init(name: language("不应出现的情形", "What must not be so")), .init(name: language("级别", "Severity")),
                .init(name: language("提示", "Message")),
                .init(name: language("规则行", "Rule's line"), isNumber: true),
            ], empty: "")
        checks.rows = fields.checks.map { check in
            [
                "\(anchors.mark([check.line]))<span class=\"go mono\">\(check.code)</span>",
                "<span class=\"mono\">\(check.target.replacing("/", with: "."))</span>", "<code>\(check.when)</code>",
                "<span class=\"go\">\(language.text(check.severity.title))</span>",
                "\(language.text(LocalizedText(bilingual: check.message ?? Finding.messages[check.code] ?? "–")))",
                "\(check.line)",
            ]
        }
        return checks
    }
}

/// Where links to a rule's line arrive; a line that has several rows is stood at once.
private struct Anchors {
    private var lines: Set<Int> = []

    mutating func mark(_ wanted: [Int]) -> [HTML] {
        wanted.filter { lines.insert($0).inserted }.map { "<span class=\"anchor\" id=\"line-\($0)\"></span>" }
    }
}
