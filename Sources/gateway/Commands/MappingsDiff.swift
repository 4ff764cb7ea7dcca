import Canonical
import Documents
import Foundation
import Intake
import Translation
import Vocabulary

/// `gateway mappings diff OLD NEW SAMPLE...`
enum MappingsDiff {
    static func run(_ arguments: Arguments, limits: ParseLimits) throws -> Int32 {
        guard arguments.words.count >= 4 else {
            throw UsageError(
                "写 mappings diff 旧目录 新目录 样例…", "say mappings diff OLD_DIR NEW_DIR SAMPLE...")
        }
        let old = try translator(arguments.words[1])
        let new = try translator(arguments.words[2])
        let files = try arguments.words[3...].flatMap(samples)
        guard !files.isEmpty else { throw UsageError("所写各处没有样例", "there is no sample in what was named") }
        var differing = 0
        for file in files {
            let differences = MappingDifference.between(
                old, new, try bytes(of: file), receivedAt: MappingExample.receivedAt, limits: limits)
            guard !differences.isEmpty else { continue }
            differing += 1
            Terminal.print(file)
            for difference in differences {
                let nothing = LocalizedText("（无）", "(nothing)").spoken
                Terminal.print(
                    "  \(difference.path): \(difference.before ?? nothing) → \(difference.after ?? nothing)")
            }
        }
        Terminal.print("\(files.count) 份文档，\(differing) 份不同", "\(files.count) documents, \(differing) differ")
        return differing == 0 ? 0 : 1
    }

    private static func translator(_ directory: String) throws -> Translator {
        do {
            return try Translator(directory: directory, digests: .openSSL)
        } catch {
            let complaints = error.complaints.map { "\($0.file):\($0.line ?? 1): \($0.text)" }
            let list = complaints.joined(separator: "\n")
            throw CommandFailure(
                "\(directory) 的映射不能载入\n\(list)", "the mappings of \(directory) do not load\n\(list)")
        }
    }

    /// A file, or every document below a folder.
    private static func samples(_ path: String) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure(at: path, "不存在。", "is not there.")
        }
        guard isDirectory.boolValue else { return [path] }
        return (FileManager.default.paths(below: path) ?? []).filter {
            ($0.hasSuffix(".xml") || $0.hasSuffix(".json")) && !$0.hasSuffix(".expected.json")
                && !$0.hasSuffix("mapping.xml") && !$0.contains("codes/") && !$0.hasSuffix(".schema.json")
        }.map { path + "/" + $0 }
    }
}
