import Canonical
import Documents
import Foundation
import StrictJSON
import Vocabulary

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

/// The shipped mappings, loaded once for all suites that only read by them.
let shippedMappings = Result { try Translator(directory: mappingsFolder.path, digests: .fixed) }

extension Digests {
    /// Tells algorithms apart, computes nothing.
    static let fixed = Digests(
        sm3: { _ in String(repeating: "3", count: 64) }, sha256: { _ in String(repeating: "2", count: 64) },
        md5: { _ in String(repeating: "5", count: 32) })
}

extension Workbench {
    /// One inbound mapping, with its records at `/R/P` in XML and at the document itself in JSON.
    static func inbound(
        _ rules: String, source: String = "xml", each: String = "", declared: String = "", accepts: String? = nil,
        record: String? = nil
    ) throws -> Workbench {
        try Workbench(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" \(declared) id="a/b" version="1" title="试验" source="\(source)"
            accepts="\(accepts ?? (source == "xml" ? "/R" : "/root"))" kind="notification" route="byNotification">
            <each record="\(record ?? (source == "xml" ? "/R/P" : "/root"))" \(each)>
            \(rules)
            </each>
            </mapping>
            """)
    }

    /// One outbound mapping.
    static func outbound(_ rules: String, target: String = "xml", root: String = "M", declared: String = "") throws
        -> Workbench
    {
        try Workbench(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" \(declared) id="a/b" version="1" title="试验" direction="out"
            target="\(target)" root="\(root)">
            \(rules)
            </mapping>
            """)
    }

    /// Every complaint with its line.
    func complaints() -> [String] {
        do {
            _ = try Translator(directory: folder.path, digests: .fixed)
            return []
        } catch {
            return error.complaints.map { "\($0.line ?? 0): \($0.text)" }
        }
    }
}

extension Translator {
    func reading(_ text: String, limits: ParseLimits = ParseLimits(), explain: Bool = false) -> TranslatedDocument {
        translate(
            Array(text.utf8), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: limits, explain: explain)
    }

    /// What a status becomes.
    func writing(_ content: JSONObject) throws -> String {
        guard let event = StatusEvent(content: content) else { return "no status" }
        return String(decoding: try render(event, outbound: "a/b").bytes, as: UTF8.self)
    }
}

extension TranslatedDocument {
    /// Code, field and place of everything that is told, the document's own first.
    var told: [String] {
        (findings + records.flatMap(\.findings)).map {
            "\($0.code) \($0.path ?? "") \($0.location?.path ?? "")"
        }
    }

    func text(_ path: String, of record: Int = 0) -> String? {
        records.indices.contains(record) ? records[record].application.text(path) : nil
    }
}
