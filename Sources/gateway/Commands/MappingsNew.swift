import Canonical
import Documents
import Foundation
import Intake
import Translation

/// `gateway mappings new FOLDER SAMPLE`
enum MappingsNew {
    static func run(_ arguments: Arguments, in directory: String) throws -> Int32 {
        guard arguments.words.count == 3 else {
            throw UsageError("say where and from what: mappings new FOLDER SAMPLE")
        }
        let id = arguments.words[1]
        guard id.wholeMatch(of: /[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*/) != nil else {
            throw UsageError("FOLDER is agency/message in lower-case letters, digits and hyphens, such as court/notice")
        }
        let folder = URL(filePath: directory).appending(path: id)
        guard !FileManager.default.fileExists(atPath: folder.path) else {
            throw CommandFailure("\(folder.path) is there already; nothing was written")
        }
        guard let sample = FileManager.default.contents(atPath: arguments.words[2]) else {
            throw CommandFailure("\(arguments.words[2]) cannot be read")
        }
        let draft: MappingDraft
        do {
            draft = try MappingDraft(id: id, title: arguments["title"] ?? id, sample: [UInt8](sample))
        } catch {
            throw CommandFailure(
                "\(arguments.words[2]) line \(error.location.line ?? 1): no document to start from (\(error.problem.rawValue))"
            )
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
