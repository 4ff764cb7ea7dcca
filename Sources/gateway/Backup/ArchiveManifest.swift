import Foundation
import Messaging
import Storage
import StrictJSON
import Transport
import Vocabulary

/// What an archive says of itself.
struct ArchiveManifest: Sendable {
    static let name = "manifest.json"
    /// Since 2 it holds its own digest.
    static let format = 2
    /// Characters of a path, at most: as many as the system takes.
    static let longestPath = 4096

    let madeAt: Instant
    /// Of the gateway that made it.
    let release: String
    let schema: Int
    let tables: [StoreSurvey.Table]
    /// Nothing of a store from before it had a trail.
    let auditHead: AuditHead?
    /// Folders by their place within the archive, and where they stood.
    let folders: [(name: String, origin: String)]
    let files: [ArchiveFile]
    /// SM3 over all that it says besides; nothing in an archive of a release that wrote none.
    private(set) var digest: String?

    var store: ArchiveFile? { files.first { $0.role == .store } }
    /// Keys that the store and the settings need and the archive does not have.
    var missingKeys: [ArchiveFile] { files.filter { $0.content == nil } }

    /// Where everything stood: a folder whose files all stood in it is one of them, any other file by itself.
    var places: [(name: String, origin: String)] {
        let whole = folders.filter { folder in
            files.allSatisfy { file in
                guard let rest = Self.rest(of: file.name, in: folder.name) else { return true }
                return file.origin == folder.origin + rest
            }
        }
        let single = files.filter { file in !whole.contains { Self.rest(of: file.name, in: $0.name) != nil } }
        return single.map { ($0.name, $0.origin) } + whole
    }

    private static func rest(of name: String, in folder: String) -> Substring? {
        name.hasPrefix(folder + "/") ? name.dropFirst(folder.count) : nil
    }

    /// As a store says it of itself, which needs no key.
    static func auditHead(of database: any Database, _ survey: StoreSurvey) async throws(StoreError) -> AuditHead? {
        guard survey.tables.contains(where: { $0.name == "audit_head" }) else { return nil }
        return try await SQLMessageStore(database: database).auditHead()
    }

    var json: JSONValue {
        var json = said
        json["digest"] = .string(Self.digest(of: said))
        return .object(json)
    }

    /// - Parameter said: everything but the digest itself, in its order.
    static func digest(of said: JSONObject) -> String {
        Digest.hex(Digest.sm3(JSONValue.object(said).serialized()))
    }

    private var said: JSONObject {
        JSONValue.compact([
            ("format", JSONValue(Self.format)), ("madeAt", .string(madeAt.rfc3339)), ("release", .string(release)),
            ("schema", JSONValue(schema)),
            ("tables", .object(JSONObject(tables.map { ($0.name, JSONValue($0.rows)) }))),
            ("auditHead", auditHead.map { ["seq": JSONValue($0.seq), "hash": .string($0.hash)] }),
            ("folders", .object(JSONObject(folders.map { ($0.name, .string($0.origin)) }))),
            ("files", .array(files.map(\.json))),
        ]).object ?? JSONObject([])
    }

    /// - Throws: `CommandFailure` where the folder is no archive, or one of a newer release.
    init(of archive: URL) throws(CommandFailure) {
        let file = archive.appending(path: Self.name)
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw CommandFailure(
                at: file.path, "无法读取，这不是完整的备份。", "cannot be read: this is no whole archive.")
        }
        guard let json = try? JSONValue(parsing: [UInt8](data)), let format = json["format"]?.int,
            var said = json.object
        else { throw CommandFailure(at: file.path, "已损坏。", "is damaged.") }
        guard (1...Self.format).contains(format) else {
            throw CommandFailure(
                at: file.path, "由更新的版本写成（格式 \(format)）。", "was made by a newer release (format \(format)).")
        }
        digest = json["digest"]?.string
        said["digest"] = nil
        guard format == 1 || digest == Self.digest(of: said) else {
            throw CommandFailure(
                at: file.path, "与自身的摘要不符，已被改动或损坏。", "is not what its own digest says: it was changed or is damaged.")
        }
        guard let madeAt = json["madeAt"]?.string.flatMap(Instant.init(rfc3339:)),
            let release = json["release"]?.string, let schema = json["schema"]?.int,
            let tables = json["tables"]?.object, let folders = json["folders"]?.object,
            let files = json["files"]?.array
        else { throw CommandFailure(at: file.path, "已损坏。", "is damaged.") }
        self.madeAt = madeAt
        self.release = release
        self.schema = schema
        self.tables = tables.members.map { StoreSurvey.Table(name: $0.name, rows: $0.value.int ?? -1) }
        auditHead = json["auditHead"].flatMap { head in
            head["seq"]?.int.flatMap { seq in head["hash"]?.string.map { AuditHead(seq: seq, hash: $0) } }
        }
        self.folders = folders.members.compactMap { member in member.value.string.map { (member.name, $0) } }
        self.files = files.compactMap(ArchiveFile.init)
        guard self.files.count == files.count, store?.content != nil,
            self.folders.count == folders.members.count, self.folders.allSatisfy({ ArchiveFile.isPlace($0.origin) })
        else {
            throw CommandFailure(at: file.path, "已损坏。", "is damaged.")
        }
    }

    init(
        madeAt: Instant, release: String, survey: StoreSurvey, auditHead: AuditHead?,
        folders: [(name: String, origin: String)], files: [ArchiveFile]
    ) {
        (self.madeAt, self.release, schema, tables) = (madeAt, release, survey.schema, survey.tables)
        (self.auditHead, self.folders, self.files) = (auditHead, folders, files)
        digest = Self.digest(of: said)
    }
}
