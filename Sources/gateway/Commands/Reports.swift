import Foundation
import StrictJSON

enum Reports: Command {
    static let name = "reports"
    static let synopsis = "monthly YYYY-MM [--csv FILE | --json] [--url URL] [--token-file FILE]"
    static let summary = "the monthly bulletin: by source, matter, group and district; outcomes; time limits"
    static let details = """
        --csv FILE   for a spreadsheet; - for standard output
        \(Remote.help)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.options.union(["csv"]), flags: ["json"])
        guard arguments.words.count == 2, arguments.words[0] == "monthly" else {
            throw UsageError("say monthly YYYY-MM")
        }
        if arguments["csv"] != nil { try arguments.allow(Remote.options.union(["csv"]), with: "--csv") }
        let remote = try Remote(arguments)
        let path = "/v1/reports/monthly?month=\(Remote.escaped(arguments.words[1]))"
        if let file = arguments["csv"] {
            let bytes = Data(try await remote.download(path + "&format=csv"))
            if file == "-" {
                try FileHandle.standardOutput.write(contentsOf: bytes)
            } else {
                try bytes.write(to: URL(filePath: file), options: .atomic)
            }
            return 0
        }
        let report = try await remote.ask("GET", path)
        if arguments.has("json") {
            Terminal.print(report.text(pretty: true))
            return 0
        }
        var table = Table(["item", "name", "count"])
        for (name, value) in report.object?.members ?? [] {
            for line in value.array ?? [] where line["count"] != nil {
                table.add([name, line["label"]?.string ?? "", "\(line["count"]?.int ?? 0)"])
            }
        }
        var clocks = Table(["clock", "title", "basis", "met", "late", "open", "ended", "on time"])
        for clock in report["onTime"]?.array ?? [] {
            let share = clock["share"]?.double.map { "\(Int(($0 * 100).rounded()))%" } ?? ""
            clocks.add(
                ["clock", "title", "basis"].map { clock[$0]?.string ?? "" }
                    + ["met", "late", "open", "ended"].map { "\(clock[$0]?.int ?? 0)" } + [share])
        }
        Terminal.print("\(report["applications"]?.int ?? 0) applications\n\(table.text)\n\(clocks.text)")
        return 0
    }
}
