import Foundation
import Messaging
import Operations

/// The file that heads of the audit trail are handed out to: a line each, only ever added to.
struct AuditHeadFile: Sendable {
    struct Failure: Error {}

    let path: String

    func append(_ seal: AuditSeal) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure() }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data((seal.json.text() + "\n").utf8))
        try file.synchronize()
    }
}
