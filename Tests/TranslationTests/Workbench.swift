import Foundation

@testable import Translation

let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// A directory of mappings with one mapping of the test's own.
struct Workbench {
    let folder: URL

    init(_ mapping: String) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "mappings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "a/b"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: repository.appending(path: "Mappings/codes"), to: folder.appending(path: "codes"))
        try FileManager.default.copyItem(
            at: repository.appending(path: "Mappings/mapping.xsd"), to: folder.appending(path: "mapping.xsd"))
        try FileManager.default.copyItem(
            at: repository.appending(path: "Mappings/placeholders.xml"), to: folder.appending(path: "placeholders.xml"))
        try write(mapping)
    }

    func write(_ mapping: String) throws {
        try mapping.write(to: folder.appending(path: "a/b/mapping.xml"), atomically: true, encoding: .utf8)
    }

    func translator() throws -> Translator { try Translator(directory: folder.path, digests: .fixed) }
    func remove() { try? FileManager.default.removeItem(at: folder) }
}

extension Digests {
    /// Tells algorithms apart, computes nothing.
    static let fixed = Digests(
        sm3: { _ in String(repeating: "3", count: 64) }, sha256: { _ in String(repeating: "2", count: 64) },
        md5: { _ in String(repeating: "5", count: 32) })
}
