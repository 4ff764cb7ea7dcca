import Foundation
import Messaging
import Operations

/// The file that heads of the audit trail are handed out to: a line each, only ever added to.
struct AuditHeadFile: Sendable {
    struct Unwritable: Error {
        /// The path, and what the system says of it.
        let text: String
    }

    let path: String

    func append(_ seal: AuditSeal) throws(Unwritable) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable() }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data((seal.json.text() + "\n").utf8))
            try file.synchronize()
        } catch {
            throw unwritable()
        }
    }

    /// Why no head could be added now; nothing is made or changed.
    var obstacle: Unwritable? {
        guard access(path, F_OK) == 0 else {
            return access(URL(filePath: path).deletingLastPathComponent().path, W_OK | X_OK) == 0 ? nil : unwritable()
        }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { return unwritable() }
        close(descriptor)
        return nil
    }

    private func unwritable() -> Unwritable { Unwritable(text: "\(path): \(String(cString: strerror(errno)))") }
}
