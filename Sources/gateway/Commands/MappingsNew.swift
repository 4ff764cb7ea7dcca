import Canonical
import Documents
import Foundation
import Intake
import Translation

/// `gateway mappings new FOLDER SAMPLE`
enum MappingsNew {
    static func run(_ arguments: Arguments, in directory: String) throws -> Int32 {
        guard arguments.words.count == 3 else {
            throw UsageError(
                "写出放在哪里、用哪份样例：mappings new FOLDER SAMPLE", "say where and from what: mappings new FOLDER SAMPLE")
        }
        let id = arguments.words[1]
        guard id.wholeMatch(of: /[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*/) != nil else {
            throw UsageError(
                "FOLDER 为 单位/报文，用小写字母、数字和连字符，如 court/notice",
                "FOLDER is agency/message in lower-case letters, digits and hyphens, such as court/notice")
        }
        let folder = URL(filePath: directory).appending(path: id)
        guard !FileManager.default.fileExists(atPath: folder.path) else {
            throw CommandFailure(at: folder.path, "已存在，未写入任何内容。", "is there already; nothing was written.")
        }
        let sample = try bytes(of: arguments.words[2])
        let draft: MappingDraft
        do {
            draft = try MappingDraft(id: id, title: arguments["title"] ?? id, sample: sample)
        } catch {
            throw CommandFailure(
                at: "\(arguments.words[2]):\(error.location.line ?? 1)",
                "不是可以作样例的文档（\(error.problem.rawValue)）。", "no document to start from (\(error.problem.rawValue)).")
        }
        for file in draft.files {
            let place = folder.appending(path: file.path)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.bytes).write(to: place)
            Terminal.print(place.path)
        }
        return 0
    }
}
