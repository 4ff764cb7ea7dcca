import Foundation
import StrictJSON

/// Debian's own JSON Schema validator, in a process of its own.
enum JSONSchemaJudge {
    private static let python = "/usr/bin/python3"

    /// Whether each document is valid, or nothing where the validator is not installed: then the caller says that it skips.
    static func verdicts(of schema: JSONValue, on documents: [String]) throws -> [Bool]? {
        guard FileManager.default.isExecutableFile(atPath: python) else { return nil }
        let folder = FileManager.default.temporaryDirectory.appending(path: "judge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let task: JSONValue = ["schema": schema, "documents": .array(documents.map(JSONValue.string))]
        let input = folder.appending(path: "task.json")
        try Data(task.serialized()).write(to: input)
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [
            "-I", repository.appending(path: "Tests/GatewayTests/Independent/verdicts.py").path,
        ]
        process.standardInput = try FileHandle(forReadingFrom: input)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let answer = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        if answer.starts(with: Data("missing".utf8)) { return nil }
        return try JSONValue(parsing: [UInt8](answer)).array?.compactMap(\.bool)
    }

    static func saySkipped(_ what: String) {
        print("SKIPPED: \(what): python3-jsonschema is not installed (config/apt-packages.txt names it)")
    }
}
