/// Markup. What is interpolated is text and is escaped, unless it is markup already: a page cannot forget it.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    private(set) var source: String

    static let none = HTML(stringLiteral: "")

    init(stringLiteral value: String) { source = value }
    init(stringInterpolation: StringInterpolation) { source = stringInterpolation.source }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        init(literalCapacity: Int, interpolationCount: Int) { source.reserveCapacity(literalCapacity * 2) }

        mutating func appendLiteral(_ literal: String) { source += literal }
        mutating func appendInterpolation(_ text: String) { source += HTML.escape(text) }
        mutating func appendInterpolation(_ number: Int) { source += String(number) }
        mutating func appendInterpolation(_ markup: HTML) { source += markup.source }
        mutating func appendInterpolation(_ markup: HTML?) { source += markup?.source ?? "" }
        mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { source += part.source } }
    }

    static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            // Controls may not stand in HTML at all.
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

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
