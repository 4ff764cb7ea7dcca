import Canonical
import Documents
import Foundation
import Intake
import Translation

/// `gateway mappings table ID`
enum MappingsTable {
    static func run(_ arguments: Arguments, _ translator: Translator) throws -> Int32 {
        guard arguments.words.count == 2 else { throw UsageError("say which mapping: mappings table ID") }
        let id = arguments.words[1]
        let name = arguments["format"] ?? FieldTableFormat.markdown.rawValue
        guard let format = FieldTableFormat(rawValue: name) else {
            throw UsageError("--format is markdown, html or csv")
        }
        guard let table = translator.fieldTable(of: id) else {
            throw UsageError("there is no mapping \(id); `gateway mappings list` names them")
        }
        Terminal.print(table.text(as: format))
        return 0
    }
}

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

/// `gateway mappings lint`
enum MappingsLint {
    /// - Parameter id: one mapping; all and the code lists where left out.
    static func run(_ pipeline: Pipeline, of id: String?, in directory: String, limits: ParseLimits) throws -> Int32 {
        if let id, !pipeline.translator.mappings.contains(where: { $0.id == id }) {
            throw UsageError("there is no mapping \(id)")
        }
        var examples: [String: [SampleDocument]] = [:]
        for example in try MappingExample.all(in: directory) {
            let parts = example.name.split(separator: "/")
            let bytes = FileManager.default.contents(atPath: example.document.path).map { [UInt8]($0) } ?? []
            examples[parts.prefix(while: { $0 != "examples" }).joined(separator: "/"), default: []].append(
                SampleDocument(name: parts.last.map(String.init) ?? example.name, bytes: bytes))
        }
        let notes = pipeline.translator.lint(examples: examples, receivedAt: MappingExample.receivedAt, limits: limits)
            .filter { id == nil || $0.place == id }
        for note in notes {
            Terminal.print("\(note.place)\(note.line.map { ":\($0)" } ?? ""): \(note.code.rawValue): \(note.text)")
        }
        Terminal.print("\(notes.count) notes")
        return notes.isEmpty ? 0 : 1
    }
}

/// `gateway mappings diff OLD NEW SAMPLE...`
enum MappingsDiff {
    static func run(_ arguments: Arguments, limits: ParseLimits) throws -> Int32 {
        guard arguments.words.count >= 4 else { throw UsageError("say mappings diff OLD_DIR NEW_DIR SAMPLE...") }
        let old = try translator(arguments.words[1])
        let new = try translator(arguments.words[2])
        let files = try arguments.words[3...].flatMap(samples)
        guard !files.isEmpty else { throw UsageError("there is no sample in what was named") }
        var differing = 0
        for file in files {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw CommandFailure("\(file) cannot be read")
            }
            let differences = MappingDifference.between(
                old, new, [UInt8](data), receivedAt: MappingExample.receivedAt, limits: limits)
            guard !differences.isEmpty else { continue }
            differing += 1
            Terminal.print(file)
            for difference in differences {
                Terminal.print(
                    "  \(difference.path): \(difference.before ?? "(nothing)") → \(difference.after ?? "(nothing)")")
            }
        }
        Terminal.print("\(files.count) documents, \(differing) differ")
        return differing == 0 ? 0 : 1
    }

    private static func translator(_ directory: String) throws -> Translator {
        do {
            return try Translator(directory: directory, digests: .openSSL)
        } catch {
            let complaints = error.complaints.map { "\($0.file):\($0.line ?? 1): \($0.text)" }
            throw CommandFailure("the mappings of \(directory) do not load\n" + complaints.joined(separator: "\n"))
        }
    }

    /// A file, or every document below a folder.
    private static func samples(_ path: String) throws -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw CommandFailure("\(path) is not there")
        }
        guard isDirectory.boolValue else { return [path] }
        return try FileManager.default.subpathsOfDirectory(atPath: path).sorted().filter {
            ($0.hasSuffix(".xml") || $0.hasSuffix(".json")) && !$0.hasSuffix(".expected.json")
                && !$0.hasSuffix("mapping.xml") && !$0.contains("codes/") && !$0.hasSuffix(".schema.json")
        }.map { path + "/" + $0 }
    }
}
