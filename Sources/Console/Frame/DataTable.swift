/// A table that a phone shows as cards: each cell bears its column's name.
struct DataTable {
    struct Column {
        let name: String
        var isNumber = false
    }

    let caption: String
    let columns: [Column]
    /// What is said instead of a table without rows.
    let empty: String
    var rows: [[HTML]] = []

    var html: HTML {
        if rows.isEmpty { return "<p class=\"empty\">\(empty)</p>" }
        let head = columns.map { column -> HTML in
            "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : HTML.none)>\(column.name)</th>"
        }
        let body = rows.map { row -> HTML in
            let cells = zip(columns, row).map { column, cell -> HTML in
                // A card need not say what it has not.
                let kind = [cell.source == "–" ? "blank" : nil, column.isNumber ? "number" : nil].compactMap(\.self)
                return
                    "<td data-label=\"\(column.name)\" class=\"\(kind.joined(separator: " "))\"><div>\(cell)</div></td>"
            }
            return "<tr>\(cells)</tr>"
        }
        return """
            <table><caption>\(caption)</caption><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table>
            """
    }
}
