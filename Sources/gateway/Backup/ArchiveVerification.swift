import Foundation
import Messaging
import Storage
import Vocabulary

/// Holds an archive against what it says of itself, and its store against itself.
struct ArchiveVerification {
    let manifest: ArchiveManifest
    /// Why nothing may be restored from it.
    let faults: [LocalizedText]
    /// What its store says of itself that needs a person.
    let findings: [LocalizedText]

    /// - Throws: `CommandFailure` where it is no archive.
    init(of archive: URL) async throws {
        manifest = try ArchiveManifest(of: archive)
        var faults: [LocalizedText] = []
        for file in manifest.files {
            guard let content = file.content else { continue }
            let found = try? FileDigests(of: archive.appending(path: file.name))
            if found != content {
                faults.append(
                    found == nil
                        ? LocalizedText("缺失或无法读取。", "is missing or cannot be read").at(file.name)
                        : LocalizedText("与摘要不符，已被改动或损坏。", "is not what its digests say").at(file.name))
            }
        }
        let known = Set(manifest.files.map(\.name) + [ArchiveManifest.name])
        for path in FileManager.default.subpaths(atPath: archive.path) ?? [] where !known.contains(path) {
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: archive.appending(path: path).path, isDirectory: &isFolder)
            if !isFolder.boolValue { faults.append(LocalizedText("不属于此备份。", "is no part of the archive").at(path)) }
        }
        var findings: [LocalizedText] = []
        if faults.isEmpty, let store = manifest.store {
            (faults, findings) = try await Self.judge(archive.appending(path: store.name), in: archive, manifest)
        }
        (self.faults, self.findings) = (faults, findings)
    }

    private static func damaged(_ damage: String) -> LocalizedText {
        LocalizedText("存储已损坏：\(damage)", "the store is damaged: \(damage)")
    }

    private static func judge(
        _ store: URL, in archive: URL, _ manifest: ArchiveManifest
    ) async throws -> (faults: [LocalizedText], findings: [LocalizedText]) {
        let database = try ReadOnlyStore(path: store.path, encryption: try manifest.encryption(in: archive))
        do {
            let result = try await judge(database, in: archive, manifest)
            await database.close()
            return result
        } catch let error as StoreError where error.damage != nil {
            await database.close()
            return ([Self.damaged(error.damage ?? "")], [])
        } catch {
            await database.close()
            throw error
        }
    }

    private static func judge(
        _ database: ReadOnlyStore, in archive: URL, _ manifest: ArchiveManifest
    ) async throws -> (faults: [LocalizedText], findings: [LocalizedText]) {
        let survey = try await database.survey()
        guard survey.damage.isEmpty else {
            return (survey.damage.map(damaged), [])
        }
        guard survey.schema <= StoreSurvey.currentSchema else {
            let error = StoreError.newerSchema(survey.schema, reads: StoreSurvey.currentSchema)
            return ([error.told], [])
        }
        let key = manifest.files.first { $0.role == .identityKey && $0.content != nil }.map {
            archive.appending(path: $0.name).path
        }
        let report = try await StoreReport(
            of: database, survey, key: try key.flatMap { try IdentityKey.existing($0, isCopy: true) }, memory: nil)
        var faults: [LocalizedText] = []
        if survey.schema != manifest.schema || survey.tables != manifest.tables {
            faults.append(
                LocalizedText("存储的行数与清单不符。", "the store's rows are not as many as the manifest says"))
        }
        if try await ArchiveManifest.auditHead(of: database, survey) != manifest.auditHead {
            faults.append(
                LocalizedText("审计链尾与清单不符。", "the audit trail does not end as the manifest says"))
        }
        if let fingerprint = report.identityFingerprint, let key,
            try IdentityKey.agrees(key, with: fingerprint, isCopy: true) != true
        {
            faults.append(
                LocalizedText("不是该存储的身份密钥。", "is not the store's identity key").at("keys/identity-key"))
        }
        return (faults, report.findings)
    }
}
