import Foundation

/// What another release's `gateway-bench translate` says of the same documents on the same machine, in the same run.
struct EarlierBench {
    /// By mapping: of XML the ratio to its yardstick, of JSON microseconds.
    private var figures: [String: Double] = [:]

    init(program: String, seconds: Double, only: String?) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        // In its own checkout: an older release does not read newer mappings.
        process.currentDirectoryURL = try Self.checkout(of: program)
        process.arguments = ["translate"] + (only.map { [$0] } ?? []) + ["--seconds", "\(seconds)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw BenchFailure("\(program) ended with a failure") }
        // Its tables: XML against its yardstick, JSON by the processor time itself.
        var column: Int?
        for line in text.split(separator: "\n") {
            let cells = line.split(separator: /\s{2,}/).map { $0.trimmingCharacters(in: .whitespaces) }
            if cells.first == "mapping" { column = cells.firstIndex(of: "JSON, µs") ?? cells.firstIndex(of: "ratio") }
            guard let mapping = cells.first, mapping.contains("/"), let column, cells.indices.contains(column),
                let figure = Double(cells[column])
            else { continue }
            figures[mapping] = figure
        }
        if figures.isEmpty { throw BenchFailure("\(program) measured no mapping") }
    }

    /// The folder above a program that holds its mappings.
    private static func checkout(of program: String) throws -> URL {
        var folder = URL(filePath: program).resolvingSymlinksInPath().deletingLastPathComponent()
        while folder.path != "/" {
            if FileManager.default.fileExists(atPath: folder.appending(path: "Mappings/mapping.xsd").path) {
                return folder
            }
            folder.deleteLastPathComponent()
        }
        throw BenchFailure("\(program) does not lie in a checkout with its mappings")
    }

    static func header(_ earlier: EarlierBench?) -> [String] { earlier == nil ? [] : ["before", "now / before"] }

    static func cells(_ earlier: EarlierBench?, _ mapping: String, _ figure: Double) -> [String] {
        guard let earlier else { return [] }
        guard let before = earlier.figures[mapping], before > 0 else { return ["-", "-"] }
        return [rounded(before, 2), rounded(figure / before, 2)]
    }
}
