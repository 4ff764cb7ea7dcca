import Foundation
import Messaging
import Operations
import Storage
import Transport
import Vocabulary

/// What a store's content says of itself, beyond its pages being whole.
struct StoreReport: Sendable {
    let auditHead: AuditHead?
    let identityFingerprint: String?
    /// Each with what to do.
    let findings: [LocalizedText]

    /// Reads audit trail and rows through. What an earlier schema has not yet is left out.
    ///
    /// - Parameters:
    ///   - survey: what is known of the file.
    ///   - key: the identity key, where it is at hand.
    ///   - memory: of the audit trail's end; nothing for a copy that is somewhere else.
    init(
        of database: any Database, _ survey: StoreSurvey, key: KeyedHash?, memory: (any AuditHeadMemory)?
    ) async throws {
        identityFingerprint = try await database.identityFingerprint()
        guard !survey.isSealed || database.holdsKeys else {
            auditHead = try await SQLMessageStore(database: database).auditHead()
            findings = [
                LocalizedText(
                    "内容已加密而主密钥不在手边：未核验审计链和各行内容。",
                    "the store is sealed and its master key is not at hand: audit trail and rows were not read")
            ]
            return
        }
        var findings: [LocalizedText] = []
        var head: AuditHead?
        if survey.tables.contains(where: { $0.name == "audit_seal" }) {
            let verifier = try await AuditService(
                store: SQLMessageStore(database: database), key: key, memory: memory
            ).verify()
            head = verifier.head
            if !verifier.isIntact {
                findings.append(
                    LocalizedText(
                        "\(verifier.report.zh)请保留此存储与之前的备份，并通知审计人员。",
                        "\(verifier.report.en) Keep this store and the backups of before, and tell the auditors."))
            }
        }
        if survey.schema == StoreSurvey.currentSchema {
            findings += try await database.unreadableRows(limit: 100).map {
                LocalizedText(
                    "\($0) 无法读取，请从备份恢复或联系网关管理员。", "\($0) cannot be read; restore it from a backup")
            }
            findings += try await database.changedDocuments(limit: 100) { Digest.hex(Digest.sm3($0)) }.map {
                LocalizedText(
                    "\($0) 与其摘要不符，已被改动或损坏；请从之前的备份中取回。",
                    "\($0) is not what its digest says; take it from an earlier backup")
            }
            findings += try await database.plantedObjects().map {
                LocalizedText(
                    "库中的 \($0) 不是网关建立的，可能借此改动或隐藏数据：请保留此存储，通知安全人员。",
                    "\($0) in the store was not made by the gateway, and may change or hide rows: keep this store and tell whoever is responsible for security."
                )
            }
            if try await !database.deadLetterCountsAgree() {
                findings.append(
                    LocalizedText(
                        "异常报文计数有误，请运行 gateway migrate 重新计数。",
                        "dead letters are miscounted; gateway migrate counts them anew"))
            }
            if try await !database.talliesAgree() {
                findings.append(
                    LocalizedText(
                        "月报计数有误，请运行 gateway migrate 重新计数。",
                        "the figures of the monthly bulletin are miscounted; gateway migrate counts them anew"))
            }
        }
        auditHead = head
        self.findings = findings
    }
}
