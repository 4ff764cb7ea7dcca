import Foundation
import Messaging
import Operations
import Storage
import Transport

/// What a store's content says of itself, beyond its pages being whole.
struct StoreReport: Sendable {
    let auditHead: AuditHead?
    let identityFingerprint: String?
    /// Each with what to do.
    let findings: [String]

    /// Reads audit trail and rows through. What an earlier schema has not yet is left out.
    ///
    /// - Parameters:
    ///   - survey: what is known of the file.
    ///   - key: the identity key, where it is at hand.
    init(of database: any Database, _ survey: StoreSurvey, key: KeyedHash?) async throws {
        var findings: [String] = []
        var head: AuditHead?
        if survey.tables.contains(where: { $0.name == "audit_seal" }) {
            let verifier = try await AuditService(store: SQLMessageStore(database: database), key: key).verify()
            head = verifier.head
            if !verifier.isIntact {
                findings.append(
                    "\(verifier.report.zh)请保留此存储与之前的备份，并通知审计人员。\(verifier.report.en) Keep this store and the backups of before, and tell the auditors."
                )
            }
        }
        if survey.schema == StoreSurvey.currentSchema {
            findings += try await database.unreadableRows(limit: 100).map {
                "有一条记录无法读取，请从备份恢复或联系网关管理员。\($0) cannot be read; restore it from a backup"
            }
            if try await !database.deadLetterCountsAgree() {
                findings.append(
                    "死信计数有误，请运行 gateway migrate 重新计数。dead letters are miscounted; gateway migrate counts them anew")
            }
        }
        auditHead = head
        identityFingerprint = try await database.identityFingerprint()
        self.findings = findings
    }
}
