import Foundation
import Messaging
import Operations
import Storage
import Vocabulary

/// Tells the audit trail of a restored store that it was restored, from what, and as of when: from there on it goes another
/// way than the store that the archive was made of.
struct RestoredTrail {
    let archive: URL
    let manifest: ArchiveManifest

    /// - Parameters:
    ///   - path: the restored store's file.
    ///   - settings: those of a store that was put in its place, whose trail is sealed; nothing for a copy, which must not
    ///     touch what is remembered beside the original's key.
    func note(inStore path: String, sealingUnder settings: String?) async {
        // A row is written in this release's words only.
        guard manifest.schema == StoreSurvey.currentSchema else {
            return Terminal.complain(
                LocalizedText(
                    zh: "存储由较早的版本写成，此次恢复未记入它的审计记录；下次启动会升级其结构。",
                    en:
                        "The store is of an earlier release, and its audit trail does not tell of the restore; the next start brings it to this release's schema."
                ))
        }
        do {
            try await write(in: path, sealingUnder: settings)
        } catch {
            Terminal.complain(
                LocalizedText(
                    zh: "存储已恢复，但未能记入其审计记录（\(Complaints.text(of: error).zh)）。",
                    en:
                        "The store is restored, and its audit trail could not be told so (\(Complaints.text(of: error).en))."
                ))
        }
    }

    private func write(in path: String, sealingUnder settings: String?) async throws {
        let database = try SQLiteDatabase(path: path, maxPending: 4, encryption: try manifest.encryption(in: archive))
        do {
            try await SQLMessageStore(database: database).record(
                AuditAct(system: .restore, on: manifest.madeAt.fileName, detail: detail, at: Instant(Date())))
            if let settings { try await Configuration(file: settings).sealTrail(of: database) }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    private var detail: String {
        let head = manifest.auditHead.map { "row \($0.seq), hash \($0.hash)" } ?? "no trail"
        return "archive of \(manifest.madeAt.rfc3339), manifest SM3 \(manifest.digest ?? "none"), \(head)"
    }
}
