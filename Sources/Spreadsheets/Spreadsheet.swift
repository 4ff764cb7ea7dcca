import CXLSXWriter
import Glibc

/// Tables as a workbook of Office Open XML (ECMA-376), by libxlsxwriter.
public struct Spreadsheet: Sendable {
    public enum Cell: Sendable, Hashable {
        case text(String)
        case number(Double)
        /// From 0 to 1.
        case share(Double)
        case empty
    }

    /// One table on a leaf of its own.
    public struct Leaf: Sendable {
        public let name: String
        public let title: String
        public let head: [String]
        public let rows: [[Cell]]
        /// Columns drawn as a chart below the table: what the bars are called, and their values.
        public var chart: (labels: Int, values: Int)?

        /// - Parameter name: on its tab; what a tab may not be called is left out, and 31 characters of it stay.
        public init(
            name: String, title: String, head: [String], rows: [[Cell]], chart: (labels: Int, values: Int)? = nil
        ) {
            let plain = name.filter { !"[]:*?/\\'".contains($0) }
            self.name = String((plain.isEmpty ? "Sheet" : plain).prefix(31))
            self.title = title
            self.head = head
            self.rows = rows
            self.chart = chart
        }
    }

    public enum Failure: Error, Sendable, Hashable {
        /// The library's own words.
        case notWritten(String)
    }

    private let leaves: [Leaf]

    public init(_ leaves: [Leaf]) { self.leaves = leaves }

    /// The workbook's bytes.
    ///
    /// The library of Debian 12 writes to a file only; it is made in `folder`, readable by the gateway's user alone, and
    /// gone when this returns.
    ///
    /// - Parameters:
    ///   - folder: for the file, such as `/tmp`.
    ///   - second: since 1970, noted as the moment of its making.
    public func bytes(in folder: String, madeAt second: Int) throws(Failure) -> [UInt8] {
        var path = Array((folder + "/legal-aid-XXXXXX").utf8CString)
        let descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw .notWritten(String(cString: strerror(errno))) }
        close(descriptor)
        defer { unlink(path) }
        try write(to: path, madeAt: second)
        return try Self.read(path)
    }

    private func write(to path: [CChar], madeAt second: Int) throws(Failure) {
        guard let book = workbook_new(path) else { throw .notWritten("no workbook") }
        // Closing frees it, written or not.
        var properties = lxw_doc_properties()
        properties.created = second
        workbook_set_properties(book, &properties)
        let formats = Formats(book)
        var used: Set<String> = []
        for leaf in leaves {
            // Two leaves of one name would be refused.
            var name = leaf.name
            while !used.insert(name.lowercased()).inserted { name = String((name + "_").suffix(31)) }
            Self.add(leaf, as: name, to: book, formats)
        }
        let error = workbook_close(book)
        guard error == LXW_NO_ERROR else { throw .notWritten(String(cString: lxw_strerror(error))) }
    }

    private struct Formats {
        let title: UnsafeMutablePointer<lxw_format>?
        let head: UnsafeMutablePointer<lxw_format>?
        let share: UnsafeMutablePointer<lxw_format>?

        init(_ book: UnsafeMutablePointer<lxw_workbook>) {
            title = workbook_add_format(book)
            head = workbook_add_format(book)
            share = workbook_add_format(book)
            format_set_bold(title)
            format_set_font_size(title, 14)
            format_set_bold(head)
            format_set_text_wrap(head)
            format_set_border(head, UInt8(LXW_BORDER_THIN.rawValue))
            format_set_num_format(share, "0.0%")
        }
    }

    private static func add(
        _ leaf: Leaf, as name: String, to book: UnsafeMutablePointer<lxw_workbook>, _ formats: Formats
    ) {
        guard let sheet = workbook_add_worksheet(book, name) else { return }
        worksheet_set_paper(sheet, 9)
        if leaf.head.count > 6 { worksheet_set_landscape(sheet) }
        worksheet_fit_to_pages(sheet, 1, 0)
        worksheet_write_string(sheet, 0, 0, leaf.title, formats.title)
        worksheet_set_column(sheet, 0, 0, 30, nil)
        if leaf.head.count > 1 { worksheet_set_column(sheet, 1, UInt16(leaf.head.count - 1), 14, nil) }
        for (column, text) in leaf.head.enumerated() {
            worksheet_write_string(sheet, 2, UInt16(column), text, formats.head)
        }
        worksheet_freeze_panes(sheet, 3, 1)
        for (number, row) in leaf.rows.enumerated() {
            let place = UInt32(number + 3)
            for (index, cell) in row.enumerated() {
                let column = UInt16(index)
                switch cell {
                case .text(let text): worksheet_write_string(sheet, place, column, text, nil)
                case .number(let value): worksheet_write_number(sheet, place, column, value, nil)
                case .share(let value): worksheet_write_number(sheet, place, column, value, formats.share)
                case .empty: break
                }
            }
        }
        guard let (labels, values) = leaf.chart, !leaf.rows.isEmpty,
            let chart = workbook_add_chart(book, UInt8(LXW_CHART_COLUMN.rawValue))
        else { return }
        let last = UInt32(leaf.rows.count + 2)
        let series = chart_add_series(chart, nil, nil)
        chart_series_set_categories(series, name, 3, UInt16(labels), last, UInt16(labels))
        chart_series_set_values(series, name, 3, UInt16(values), last, UInt16(values))
        chart_title_set_name(chart, leaf.title)
        chart_legend_set_position(chart, UInt8(LXW_CHART_LEGEND_NONE.rawValue))
        worksheet_insert_chart(sheet, last + 2, 0, chart)
    }

    private static func read(_ path: [CChar]) throws(Failure) -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw .notWritten(String(cString: strerror(errno))) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
        return bytes
    }
}
