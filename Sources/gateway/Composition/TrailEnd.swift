import Foundation
import Messaging
import Operations
import Storage
import Vocabulary

extension Configuration {
    /// Closes a store that a command has written to: what it did is sealed at once, whether a gateway runs or not.
    func close(sealing database: any Database) async {
        await sealTrail(of: database)
        await database.close()
    }

    /// Puts the end of the audit trail under the identity key, as the running gateway does every few seconds. A store that
    /// never served has no key yet, and is sealed with its first start. What a command did stands even where this cannot be
    /// done; the next start tries again.
    func sealTrail(of database: any Database) async {
        do {
            let store = try await SQLMessageStore(database: database)
            guard let key = try IdentityKey.existing(identityKeyFile),
                try await store.identityFingerprint() == key.fingerprint
            else { return }
            let sealing = AuditSealing(
                store: store, key: key, memory: AuditTrailFile(besideKey: identityKeyFile), watch: AuditTrailWatch(),
                every: .seconds(auditHeadHours * 3600), now: { Instant(Date()) }, handOut: { _ in })
            try await sealing.run()
        } catch is AuditSealing.Broken {
            Terminal.complain(
                LocalizedText(
                    zh: "审计记录与其封签不符，未再封签：运行 gateway audit verify 查明。",
                    en:
                        "The audit trail is not as it was sealed, and was not sealed again: gateway audit verify names the place."
                ))
        } catch {
            Terminal.complain(
                LocalizedText(
                    zh: "审计记录未能即时封签，下次启动网关时再封（\(Complaints.text(of: error).zh)）。",
                    en:
                        "The audit trail could not be sealed at once; the gateway's next start does (\(Complaints.text(of: error).en))."
                ))
        }
    }
}
