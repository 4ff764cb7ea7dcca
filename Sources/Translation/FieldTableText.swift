import Canonical

/// The ways in which a field table is written down.
public enum FieldTableFormat: String, Sendable, CaseIterable { case markdown, html, csv }

extension FieldTable {
    private var header: [String] {
        let (theirs, ours) = isInbound ? ("来源字段 Source", "标准字段 Target") : ("对方字段 Target", "标准字段 Source")
        return [
            isInbound ? theirs : ours, "中文名称 Name", isInbound ? ours : theirs, "类型 Type", "必填 Required", "条件 Condition",
            "示例 Example", "转换 Converters", "代码表 Code list", "最大长度 Max length", "说明 Notes",
        ]
    }

    private static let codesColumn = 8

    /// - Parameter codes: what stands for the code list.
    private func cells(of row: Row, codes: String) -> [String] {
        let target = row.target.replacing("/", with: ".")
        return [
            row.sources.isEmpty ? "—" : row.source, row.zh, isInbound ? target : row.target, row.type,
            row.isRequired ? "是 yes" : "", row.conditions.joined(separator: "；"), row.example ?? "",
            row.converters.joined(separator: " "), codes, row.maxLength.map(String.init) ?? "",
            row.notes.joined(separator: "；"),
        ]
    }

    private static let listHeader = ["代码 Code", "名称 Name", "也可写作 Also read"]

    private static func cells(of list: CodeList) -> [[String]] {
        list.entries.filter { !$0.code.isEmpty }.map { [$0.code, $0.zh, $0.aliases.joined(separator: "、")] }
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
        func table(_ header: [String], _ rows: [[String]]) -> String {
            ([line(header), "|" + header.map { _ in "---|" }.joined()] + rows.map(line)).joined(separator: "\n") + "\n"
        }
        let words = lists.map { list in
            "\n## 代码表 Code list \(list.name)\(list.standard.map { " \($0)" } ?? "")\n\n"
                + table(Self.listHeader, Self.cells(of: list))
        }
        return "# \(title) \(id)\n\n" + table(header, rows.map { cells(of: $0, codes: $0.codes ?? "") })
            + words.joined()
    }

    private var html: String {
        func escaped(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        }
        func line(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\($0)</\(tag)>" }.joined() + "</tr>"
        }
        func table(_ header: [String], _ rows: [[String]]) -> String {
            """
            <table>
            <thead>\(line(header, "th"))</thead>
            <tbody>
            \(rows.map { line($0, "td") }.joined(separator: "\n"))
            </tbody>
            </table>
            """
        }
        let fields = rows.map { row in
            var cells = cells(of: row, codes: "").map(escaped)
            cells[Self.codesColumn] = row.codes.map { "<a href=\"#codes-\($0)\">\($0)</a>" } ?? ""
            return cells
        }
        let words = lists.map { list in
            "<h2 id=\"codes-\(list.name)\">代码表 Code list \(list.name) \(escaped(list.standard ?? ""))</h2>\n"
                + table(Self.listHeader, Self.cells(of: list).map { $0.map(escaped) })
        }
        return """
            <!DOCTYPE html>
            <html lang="zh-CN"><head><meta charset="utf-8"><title>\(escaped(title))</title></head>
            <body><h1>\(escaped(title)) \(escaped(id))</h1>
            \(([table(header, fields)] + words).joined(separator: "\n"))
            </body></html>

            """
    }

    /// RFC 4180, with the byte order mark without which spreadsheets misread Chinese. One table: the words of a code list
    /// stand in the cell of each field that takes them.
    private var csv: String {
        func cell(_ text: String) -> String {
            // A spreadsheet would run what begins like a formula.
            let safe = text.first.map { "=+-@".contains($0) } ?? false ? "'" + text : text
            return "\"" + safe.replacing("\"", with: "\"\"") + "\""
        }
        let words = Dictionary(
            lists.map { list in
                (list.name, "\(list.name): " + Self.cells(of: list).map { "\($0[0]) \($0[1])" }.joined(separator: "；"))
            }
        ) { first, _ in first }
        let lines = [header] + rows.map { cells(of: $0, codes: $0.codes.flatMap { words[$0] } ?? "") }
        return "\u{FEFF}" + lines.map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
    }
}
