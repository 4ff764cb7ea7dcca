import Vocabulary

/// A table for a terminal. Where a person watches, it is as wide as the terminal, and what does not fit is cut with a mark;
/// elsewhere, and with `-o wide`, every cell is whole.
struct Table {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: [String]) { self.header = header }
    init(_ header: [LocalizedText]) { self.init(header.map(\.spoken)) }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String { text(fitting: Terminal.columns) }

    /// - Parameter columns: of the terminal; nothing for as many as the cells want.
    func text(fitting columns: Int?) -> String {
        let widths = widths(fitting: columns)
        func line(_ row: [String], _ style: Terminal.Style?) -> String {
            let cells = zip(row, widths).map { TextColumns.padded(TextColumns.cut($0, to: $1), to: $1) }
            let text = "  " + cells.joined(separator: "  ")
            return style.map { Terminal.styled(text, $0) } ?? text
        }
        let rule = "  " + widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return ([line(header, .heading), Terminal.styled(rule, .faint)] + rows.map { line($0, nil) })
            .joined(separator: "\n")
    }

    /// The widest columns give way first, down to eight columns each.
    private func widths(fitting columns: Int?) -> [Int] {
        var widths = header.indices.map { column in
            ([header] + rows).map { TextColumns.width($0[column]) }.max() ?? 0
        }
        guard let columns else { return widths }
        var excess = 2 + widths.reduce(0, +) + 2 * (widths.count - 1) - columns
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 8 {
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}
