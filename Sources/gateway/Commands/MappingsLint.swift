import Canonical
import Documents
import Foundation
import Intake
import Translation

/// `gateway mappings lint`
enum MappingsLint {
    /// - Parameter id: one mapping; all and the code lists where left out.
    static func run(_ pipeline: Pipeline, of id: String?, in directory: String, limits: ParseLimits) throws -> Int32 {
        if let id, !pipeline.translator.mappings.contains(where: { $0.id == id }) {
            throw CommandFailure(
                "没有映射 \(id)；见 gateway mappings list", "there is no mapping \(id); `gateway mappings list` names them")
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
        Terminal.print("\(notes.count) 条提示", "\(notes.count) notes")
        return notes.isEmpty ? 0 : 1
    }
}
