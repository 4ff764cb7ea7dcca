import Canonical
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Triage

/// A moment in China's time; a day alone is its end.
func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(canonical: text)) }

/// The rules as shipped.
struct Shipped {
    /// Read once: tests only ask it.
    private static let loaded = Result { try Triage(config: repository.appending(path: "config").path) }
    let triage: Triage

    init() throws { triage = try Self.loaded.get() }

    func application(_ text: String) throws -> LegalAidApplication {
        LegalAidApplication(content: try #require(JSONValue(parsing: Array(text.utf8)).object))
    }

    func assess(
        _ text: String, at date: String = "2026-09-30", evidence: [JSONValue] = [], explain: Bool = false
    ) throws -> Assessment {
        triage.assess(
            try application(text), receivedAt: Timestamp(try day(date), hour: 23, minute: 59, second: 0),
            evidence: evidence, explain: explain)
    }
}

extension Triage {
    convenience init(config: String) throws(ConfigurationError) {
        try self.init(
            rules: config + "/rules", calendar: config + "/calendar",
            institutions: InstitutionFile(path: config + "/institutions.xml"))
    }
}

/// A copy of the shipped configuration that a test may change.
struct ConfigurationCopy: ~Copyable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: repository.appending(path: "config"), to: folder)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Replaces text that must be there.
    func edit(_ file: String, _ old: String, _ new: String) throws {
        let url = folder.appending(path: file)
        let text = try String(contentsOf: url, encoding: .utf8)
        try #require(text.contains(old))
        try text.replacing(old, with: new).write(to: url, atomically: true, encoding: .utf8)
    }

    var complaints: [Complaint] {
        do {
            _ = try Triage(config: folder.path)
            return []
        } catch { return error.complaints }
    }
}
