import Documents
import Foundation
import StrictJSON
import Transport

/// A table for a terminal; Chinese characters are two columns wide.
struct Table {
    private var rows: [[String]]

    init(_ header: [String]) { rows = [header] }

    mutating func add(_ row: [String]) { rows.append(row) }

    var text: String {
        let widths = rows[0].indices.map { column in rows.map { Self.width($0[column]) }.max() ?? 0 }
        let lines = rows.map { row in
            zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - Self.width(cell)) }
                .joined(separator: "  ")
        }
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
        return (["  " + lines[0], "  " + rule] + lines.dropFirst().map { "  " + $0 }).joined(separator: "\n")
    }

    private static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + (($1.value >= 0x2E80 && $1.value < 0xFFE0 && $1.value != 0xFF5E) ? 2 : 1) }
    }
}
