import Translation
import Transport

/// A mapping as the table that a partner is handed (字段对照表); it prints without the frame.
extension WebConsole {
    /// - Parameter line: the rule's line, to stand at its row.
    static func fieldAddress(_ mapping: String, line: Int? = nil) -> String {
        "/console/mappings/fields?id=\(mapping.urlEscaped)\(line.map { "#line-\($0)" } ?? "")"
    }

    /// A finding's rule, such as `court/defence-notice:14`, leading to its row.
    static func ruleLink(_ rule: String?) -> HTML {
        guard let rule else { return "–" }
        let parts = rule.split(separator: ":")
        guard parts.count == 2, let line = Int(parts[1]) else { return "<span class=\"mono\">\(rule)</span>" }
        return "<a class=\"mono\" href=\"\(fieldAddress(String(parts[0]), line: line))\">\(rule)</a>"
    }

    func fieldPage(_ scene: Scene) throws(Problem) -> Page {
        let language = scene.language
        guard let fields = library.fields(scene.request.query("id") ?? "") else {
            throw Problem(.notFound, zh: "没有这个映射，或它已不在用。", en: "No such mapping, or it is not in force.")
        }
        let (theirs, ours) = (language("对方字段", "Partner's field"), language("标准字段", "Canonical field"))
        var table = DataTable(
            caption: "\(fields.title) \(fields.id)",
            columns: [
                .init(name: fields.isInbound ? theirs : ours), .init(name: language("中文名称", "Name")),
                .init(name: fields.isInbound ? ours : theirs), .init(name: language("必填", "Required")),
                .init(name: language("转换", "Converters")), .init(name: language("代码表", "Code list")),
                .init(name: language("最大长度", "Max length"), isNumber: true), .init(name: language("说明", "Notes")),
                .init(name: language("规则行", "Rule's line"), isNumber: true),
            ], empty: language("该映射没有字段。", "The mapping has no fields."))
        var lines: Set<Int> = []
        table.rows = fields.rows.map { row in
            // A line that fills several fields is stood at once.
            let anchor: HTML = lines.insert(row.line).inserted ? " id=\"line-\(row.line)\"" : .none
            return [
                "<span class=\"mono\">\(row.source.isEmpty ? "–" : row.source)</span>", "\(row.zh)",
                "<span class=\"mono\">\(row.target.replacing("/", with: "."))</span>",
                row.isRequired ? "<strong>\(language("是", "yes"))</strong>" : "–",
                row.converters.isEmpty ? "–" : "<span class=\"mono\">\(row.converters.joined(separator: " "))</span>",
                "\(row.codes ?? "–")", "\(row.maxLength.map { "\($0)" } ?? "–")",
                row.notes.isEmpty ? "–" : "\(row.notes.joined(separator: "；"))",
                "<span class=\"anchor\"\(anchor)>\(row.line)</span>",
            ]
        }
        return Page(
            title: language("字段对照表", "Field table"), section: .mappings,
            body: """
                <p><a href="\(Section.mappings.path)">\(language("所有映射", "All mappings"))</a></p>\(table.html)
                """)
    }
}
