import CSQLite
import Foundation
import Synchronization

/// A store's files, seen from outside.
public enum StoreFiles {
    /// What lies beside a store's file while it is open, and after a crash.
    public static let besides = ["-wal", "-shm"]

    /// The stores that this process has open: the system tells of other processes' locks only.
    private static let open = Mutex<[FileIdentity: Int]>([:])

    static func opened(_ file: FileIdentity) { open.withLock { $0[file, default: 0] += 1 } }
    static func closed(_ file: FileIdentity) { open.withLock { $0[file, default: 1] -= 1 } }

    /// Puts everything on the disk that lies on the folder's: once for a thousand files.
    ///
    /// - Returns: whether it is there.
    public static func synchronize(_ folder: String) -> Bool {
        let descriptor = Glibc.open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        return syncfs(descriptor) == 0
    }

    /// Whether this process or another has the store open: whoever has, holds a shared lock on SQLite's lock bytes.
    public static func isInUse(_ path: String) -> Bool {
        guard let file = FileIdentity(path) else { return false }
        // To open and close it here would end this process's own locks.
        if open.withLock({ ($0[file] ?? 0) > 0 }) { return true }
        let descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        var lock = flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0x4000_0000, l_len: 512, l_pid: 0)
        return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }
}
