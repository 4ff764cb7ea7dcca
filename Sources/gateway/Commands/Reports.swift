import Foundation
import StrictJSON
import Vocabulary

enum Reports: Command {
    static let name = "reports"
    static let synopsis = "monthly YYYY-MM [--csv FILE | --json] [--url URL] [--token-file FILE]"
    static let summary = LocalizedText(
        "月报：按来源、事项、人群和地区；结果；时限",
        "the monthly bulletin: by source, matter, group and district; outcomes; time limits")
    static let details: [HelpLine] =
        [
            .item("--csv FILE", "供电子表格使用；- 为标准输出", "for a spreadsheet; - for standard output"),
            .json,
            .wide,
        ] + Remote.help

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: Remote.options.union(["csv"]), flags: ["json"])
        guard arguments.words.count == 2, arguments.words[0] == "monthly" else {
            throw UsageError("写 monthly YYYY-MM", "say monthly YYYY-MM")
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
        var table = Table([
            LocalizedText("项目", "item"), LocalizedText("名称", "name"), LocalizedText("数量", "count"),
        ])
        for (name, value) in report.object?.members ?? [] {
            for line in value.array ?? [] where line["count"] != nil {
                table.add([name, line["label"]?.string ?? "", "\(line["count"]?.int ?? 0)"])
            }
        }
        var clocks = Table([
            LocalizedText("时限", "clock"), LocalizedText("名称", "title"), LocalizedText("依据", "basis"),
            LocalizedText("按期", "met"), LocalizedText("逾期", "late"), LocalizedText("进行中", "open"),
            LocalizedText("已终止", "ended"), LocalizedText("按期率", "on time"),
        ])
        for clock in report["onTime"]?.array ?? [] {
            let share = clock["share"]?.double.map { "\(Int(($0 * 100).rounded()))%" } ?? ""
            clocks.add(
                ["clock", "title", "basis"].map { clock[$0]?.string ?? "" }
                    + ["met", "late", "open", "ended"].map { "\(clock[$0]?.int ?? 0)" } + [share])
        }
        let count = report["applications"]?.int ?? 0
        Terminal.print("申请 \(count) 件", "\(count) applications")
        Terminal.print("\(table.text)\n\(clocks.text)")
        return 0
    }
}
