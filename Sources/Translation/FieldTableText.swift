/// The ways in which a field table is written down.
public enum FieldTableFormat: String, Sendable, CaseIterable { case markdown, html, csv }

extension FieldTable {
    private var header: [String] {
        isInbound
            ? [
                "来源字段 Source", "中文名称 Name", "标准字段 Target", "必填 Required", "转换 Converters", "代码表 Code list",
                "最大长度 Max length", "说明 Notes",
            ]
            : [
                "标准字段 Source", "中文名称 Name", "对方字段 Target", "必填 Required", "转换 Converters", "代码表 Code list",
                "最大长度 Max length", "说明 Notes",
            ]
    }

    private static func cells(of row: Row) -> [String] {
        [
            row.source.isEmpty ? "—" : row.source, row.zh, row.target.replacing("/", with: "."),
            row.isRequired ? "是 yes" : "", row.converters.joined(separator: " "), row.codes ?? "",
            row.maxLength.map(String.init) ?? "", row.notes.joined(separator: "；"),
        ]
    }

    public func text(as format: FieldTableFormat) -> String {
        switch format {
        case .markdown: markdown
        case .html: html
        case .csv: csv
        }
    }

    private var markdown: String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let lines = [line(header), "|" + header.map { _ in "---|" }.joined()] + rows.map { line(Self.cells(of: $0)) }
        return "# \(title) \(id)\n\n" + lines.joined(separator: "\n") + "\n"
    }

    private var html: String {
        func escaped(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        }
        func line(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
        }
        return """
            <!DOCTYPE html>
            <html lang="zh-CN"><head><meta charset="utf-8"><title>\(escaped(title))</title></head>
            <body><h1>\(escaped(title)) \(escaped(id))</h1>
            <table>
            <thead>\(line(header, "th"))</thead>
            <tbody>
            \(rows.map { line(Self.cells(of: $0), "td") }.joined(separator: "\n"))
            </tbody>
            </table></body></html>

            """
    }

    /// RFC 4180, with the byte order mark without which spreadsheets misread Chinese.
    private var csv: String {
        func cell(_ text: String) -> String {
            // A spreadsheet would run what begins like a formula.
            let safe = text.first.map { "=+-@".contains($0) } ?? false ? "'" + text : text
            return "\"" + safe.replacing("\"", with: "\"\"") + "\""
        }
        let lines = [header] + rows.map(Self.cells)
        return "\u{FEFF}" + lines.map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
    }
}
