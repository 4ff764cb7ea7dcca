import Foundation
import Synchronization

/// Which file it is, wherever it is moved to.
struct FileIdentity: Sendable, Hashable {
    private let device: UInt64
    private let number: UInt64

    /// Nothing where there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }
}

/// The stores that this process has open. The system tells of other processes' locks only.
enum OpenFiles {
    private static let counts = Mutex<[FileIdentity: Int]>([:])

    static func add(_ file: FileIdentity) { counts.withLock { $0[file, default: 0] += 1 } }
    static func remove(_ file: FileIdentity) { counts.withLock { $0[file, default: 1] -= 1 } }
    static func contains(_ file: FileIdentity) -> Bool { counts.withLock { ($0[file] ?? 0) > 0 } }

    /// Whether this process or another has the store open: whoever has, holds a shared lock on SQLite's lock bytes.
    static func isInUse(_ path: String) -> Bool {
        guard let file = FileIdentity(path) else { return false }
        // To open and close it here would end this process's own locks.
        if contains(file) { return true }
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0x4000_0000, l_len: 512, l_pid: 0)
        return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }
}
