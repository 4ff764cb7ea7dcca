import Foundation
import Messaging
import Operations
import StrictJSON
import Vocabulary

/// The file beside the identity key that holds the last sealed end of the audit trail: whoever can only write the store
/// cannot set it back.
struct AuditTrailFile: AuditHeadMemory {
    let path: String

    private static let suffix = ".trail"

    init(besideKey identityKeyFile: String) { path = identityKeyFile + Self.suffix }

    func remembered() throws -> AuditSeal? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let json = try JSONValue(parsing: [UInt8](try Data(contentsOf: URL(filePath: path))))
        guard let seq = json["seq"]?.int, let hash = json["hash"]?.string, let code = json["code"]?.string,
            let at = json["at"]?.string.flatMap({ Instant(rfc3339: $0) })
        else {
            throw CommandFailure(
                at: path, "不是审计链尾。若确系误改，删除此文件后网关会重新记录。",
                "is no end of an audit trail. Where it was changed by mistake, remove it: the gateway makes it anew.")
        }
        return AuditSeal(head: AuditHead(seq: seq, hash: hash), at: at, code: code)
    }

    func remember(_ seal: AuditSeal) throws {
        let file = URL(filePath: path)
        try Data((seal.json.text() + "\n").utf8).write(to: file, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        // A command that was run by root leaves it to whom the key belongs: the gateway must read it.
        var status = stat()
        if geteuid() == 0, stat(String(path.dropLast(Self.suffix.count)), &status) == 0 {
            _ = chown(path, status.st_uid, status.st_gid)
        }
    }

    /// The store is another one from now on: restored from a backup, or under another key.
    func forget() throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.removeItem(atPath: path)
    }
}
