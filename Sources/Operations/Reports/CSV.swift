/// Tables for spreadsheets: UTF-8 with a byte order mark, CR LF, quoted (RFC 4180).
public enum CSV {
    public static func bytes(_ rows: [[String]]) -> [UInt8] {
        let text = rows.map { $0.map(quoted).joined(separator: ",") + "\r\n" }.joined()
        return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
    }

    /// A cell that begins like a formula must not become one in whoever opens the file.
    private static func quoted(_ cell: String) -> String {
        let safe = ["=", "+", "-", "@", "\t"].contains { cell.hasPrefix($0) } ? "'" + cell : cell
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
