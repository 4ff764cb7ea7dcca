import Foundation
import Synchronization

/// What the connections to one file have met. A damaged page stays; a full device is over with the next commit.
final class FileHealth: Sendable {
    let isDamaged = Atomic<Bool>(false)
    let isFull = Atomic<Bool>(false)
}

/// Where a store's file and its log were when they were opened. A file that is removed or replaced can be written on and on
/// by whoever has it open, and is gone with the process.
final class FilePlace: Sendable {
    private struct Identity: Sendable, Equatable {
        let device: UInt64
        let number: UInt64

        /// Nothing where there is no such file.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
        }
    }

    private let path: String
    private let room: UInt64
    private let file: Identity?
    /// Known from when it is first seen: SQLite makes it with the first read or write.
    private let log = Mutex<Identity?>(nil)

    init(of path: String, room: UInt64) {
        (self.path, self.room) = (path, room)
        file = Identity(path)
    }

    /// - Parameter withLog: whether the log is asked for as well.
    func isSame(withLog: Bool) -> Bool {
        guard Identity(path) == file else { return false }
        guard withLog else { return true }
        let found = Identity(path + "-wal")
        return log.withLock { log in
            if log == nil { log = found }
            return log == found
        }
    }

    /// Whether the device has room for what comes next. Where it cannot be asked, writing tells.
    var hasRoom: Bool {
        var device = statvfs()
        guard statvfs(path, &device) == 0 else { return true }
        return UInt64(device.f_bavail) * UInt64(device.f_frsize) >= room
    }
}
