import Foundation
import Glibc
import Synchronization

/// What the connections to one file have met. A damaged page stays; a full device is over with the next commit.
final class FileHealth: Sendable {
    let isDamaged = Atomic<Bool>(false)
    let isFull = Atomic<Bool>(false)
    /// Whether commits name the one before them: not before the schema has a place for it.
    let isChained = Atomic<Bool>(false)
}

/// Where a store's file and its log were when they were opened. A file that is removed or replaced can be written on and on
/// by whoever has it open, and is gone with the process.
final class FilePlace: Sendable {
    private let path: String
    private let room: UInt64
    private let file: FileIdentity?
    /// Known from when it is first seen: SQLite makes it with the first read or write.
    private let log = Mutex<FileIdentity?>(nil)

    /// The first bytes of every SQLite file, and the size of its pages behind them.
    private static let magic = Array("SQLite format 3\0".utf8)
    private let header: [UInt8]
    /// Held open for looking at the header: to close it would end the locks that the connections hold on the file, so they
    /// are closed first.
    private let descriptor: Int32
    private let isClosed = Atomic<Bool>(false)

    init(of path: String, room: UInt64) {
        (self.path, self.room) = (path, room)
        file = FileIdentity(path)
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        header = Self.header(of: descriptor)
        if let file { StoreFiles.opened(file) }
    }

    /// When all connections are closed. Once: a second time the number may be another file's already.
    func close() {
        guard !isClosed.exchange(true, ordering: .relaxed) else { return }
        if let file { StoreFiles.closed(file) }
        _ = Glibc.close(descriptor)
    }

    private static func header(of descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: magic.count + 2) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, magic.count + 2, 0))
        }
    }

    /// Whether the file begins as when it was opened: one that is overwritten or emptied in its place does not. What is wrong
    /// further on is found where it is read.
    var isHeaderWhole: Bool { !header.starts(with: Self.magic) || Self.header(of: descriptor) == header }

    /// - Parameter withLog: whether the log is asked for as well.
    func isSame(withLog: Bool) -> Bool {
        guard FileIdentity(path) == file else { return false }
        guard withLog else { return true }
        let found = FileIdentity(path + "-wal")
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
