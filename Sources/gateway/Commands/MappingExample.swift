import Canonical
import Foundation
import Intake
import StrictJSON
import Translation
import Vocabulary

/// A document beside a mapping, with what it should become.
struct MappingExample: Sendable {
    let name: String
    let document: URL
    /// The day the examples are received on, after all that they tell of: 2025-06-30, 18:00.
    static let receivedAt = Timestamp(secondsSince1970: 1_751_277_600)

    var expected: URL { document.appendingPathExtension("expected.json") }

    static func all(in directory: String) throws -> [MappingExample] {
        (FileManager.default.paths(below: directory) ?? []).filter {
            $0.contains("/examples/") && !$0.contains(".expected.")
        }.map { MappingExample(name: $0, document: URL(filePath: directory).appending(path: $0)) }
    }

    /// What translation gives. Triage has no part in it: a changed rule must not change a mapping's proof.
    func result(by pipeline: Pipeline) -> String {
        var walk = self.walk(by: pipeline, assesses: false)
        // The mapping's digest changes with every comment in it.
        walk["mapping"]?["digest"] = nil
        walk["results"] = .array(
            (walk["results"]?.array ?? []).map { result in
                var result = result
                for name in ["queue", "missing", "clocks", "hints"] { result[name] = nil }
                return result
            })
        return walk.text(pretty: true) + "\n"
    }

    func walk(by pipeline: Pipeline, assesses: Bool) -> JSONValue {
        let bytes = FileManager.default.contents(atPath: document.path).map { [UInt8]($0) } ?? []
        var message = Pipeline.Message(bytes: bytes, receivedAt: Self.receivedAt)
        message.assesses = assesses
        return pipeline.walk(message).json
    }
}
