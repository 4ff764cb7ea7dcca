import Foundation
import Glibc
import Messaging
import Synchronization

/// Where a store's file and its log were when they were opened. A file that is removed or replaced can be written on and on
/// by whoever has it open, and is gone with the process.
final class FilePlace: Sendable {
    private let path: String
    private let room: UInt64
    private let file: FileIdentity?
    /// Known from when it is first seen: SQLite makes it with the first read or write.
    private let log = Mutex<FileIdentity?>(nil)
    /// The log's index. Who opens the file while its name is gone makes another, and is not held off by the locks in this
    /// one: two writers at once.
    private let index = Mutex<FileIdentity?>(nil)

    /// The first bytes of every SQLite file; the size of its pages stands behind them, and that it is kept with a log: a
    /// copy that was made whole is kept without.
    private static let magic = Array("SQLite format 3\0".utf8)
    private let header: [UInt8]
    /// Held open for looking at the header: to close it would end the locks that the connections hold on the file, so they
    /// are closed first.
    private let descriptor: Int32
    private let isClosed = Atomic<Bool>(false)
    /// Held open for the same reason.
    private let descriptors = Mutex<(index: Int32, log: Int32)>((-1, -1))
    private let look = Mutex(Look())

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
        descriptors.withLock { descriptors in
            for number in [descriptors.index, descriptors.log] where number >= 0 { _ = Glibc.close(number) }
        }
    }

    private static func header(of descriptor: Int32) -> [UInt8] {
        bytes(of: descriptor, at: 0, magic.count + 4)
    }

    /// The row that names the newest commit has a page of its own; it is looked at in the file from now on.
    func watch(linkPage: Int64?) {
        let cookie = Self.cookie(of: descriptor)
        look.withLock { $0 = Look(page: linkPage, cookie: cookie) }
    }

    /// Whether the schema was written anew since, as `VACUUM` in another process does, so that the row may have moved:
    /// whoever has a connection asks where it is.
    var isMoved: Bool { look.withLock { $0.page == nil && $0.cookie != nil } }

    /// Counts the changes of the schema (offset 40 of a SQLite file). It stands in the first page, which a checkpoint writes
    /// before all others.
    private static func cookie(of descriptor: Int32) -> [UInt8] { bytes(of: descriptor, at: 40, 4) }

    /// Whether nobody but SQLite has written into the file and its log. One that is overwritten or emptied in its place does
    /// not begin as when it was opened; an older one that is copied over it is at an earlier commit than it was before; a
    /// log that is cut in its place is shorter than its index says. What is wrong further on is found where it is read.
    var isUntouched: Bool {
        guard header.starts(with: Self.magic) else { return true }
        return Self.header(of: descriptor) == header && hasNotGoneBack && logIsWhole
    }

    // MARK: The file

    /// What the file was at when it was last looked at.
    private struct Look {
        var page: Int64?
        var cookie: [UInt8]?
        var changed: [Int] = []
        var commit: UInt64?
    }

    private var pageBytes: Int {
        let size = Int(header[Self.magic.count]) << 8 | Int(header[Self.magic.count + 1])
        return size == 1 ? 65_536 : size
    }

    private var hasNotGoneBack: Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        let changed = [Int(status.st_mtim.tv_sec), status.st_mtim.tv_nsec, Int(status.st_size)]
        return look.withLock { look in
            guard let page = look.page, changed != look.changed else { return true }
            guard Self.cookie(of: descriptor) == look.cookie else {
                look.page = nil
                return true
            }
            // SQLite may be writing this very page back: what is read half is read again.
            for _ in 0..<Self.attempts {
                let bytes = Self.bytes(of: descriptor, at: (page - 1) * Int64(pageBytes), pageBytes)
                let link = CommitChain.Link(page: bytes)
                // Before the first checkpoint the file itself has no such page yet.
                if link == nil, look.commit == nil { return true }
                if let link, link.number >= look.commit ?? 0 {
                    (look.changed, look.commit) = (changed, link.number)
                    return true
                }
                if Self.cookie(of: descriptor) != look.cookie {
                    look.page = nil
                    return true
                }
                usleep(1000)
            }
            return false
        }
    }

    private static let attempts = 5

    private static func bytes(of descriptor: Int32, at offset: Int64, _ length: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, length, off_t(offset)))
        }
    }

    // MARK: The log

    /// The log's index (`-shm`) begins with the header that the format of a WAL file describes: how many frames count, and
    /// the salts that each of them and the log's own header bear.
    private var logIsWhole: Bool {
        for _ in 0..<Self.attempts {
            // Between the two a checkpoint may begin the log anew.
            if isLogAsIndexed != false { return true }
            usleep(1000)
        }
        return false
    }

    /// Nothing where there is no index to hold the log against.
    private var isLogAsIndexed: Bool? {
        let index = descriptors.withLock { descriptors -> [UInt8] in
            if descriptors.index < 0 { descriptors.index = open(path + "-shm", O_RDONLY | O_CLOEXEC) }
            return descriptors.index < 0 ? [] : Self.bytes(of: descriptors.index, at: 0, 48)
        }
        guard index.count == 48, index[12] == 1 else { return nil }
        func number(_ place: Int) -> Int {
            // In the order of this machine's bytes.
            Int(index[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        }
        let frames = number(16)
        guard frames > 0 else { return nil }
        let log = descriptors.withLock { descriptors -> (size: Int, header: [UInt8])? in
            if descriptors.log < 0 { descriptors.log = open(path + "-wal", O_RDONLY | O_CLOEXEC) }
            var status = stat()
            guard descriptors.log >= 0, fstat(descriptors.log, &status) == 0 else { return nil }
            return (Int(status.st_size), Self.bytes(of: descriptors.log, at: 0, 32))
        }
        guard let log else { return nil }
        return log.size >= 32 + frames * (24 + pageBytes) && log.header.count == 32
            && log.header[16..<24].elementsEqual(index[32..<40])
    }

    /// - Parameter withLog: whether the log is asked for as well.
    func isSame(withLog: Bool) -> Bool {
        guard FileIdentity(path) == file else { return false }
        guard withLog else { return true }
        return isSame("-wal", log) && isSame("-shm", index)
    }

    private func isSame(_ suffix: String, _ known: borrowing Mutex<FileIdentity?>) -> Bool {
        let found = FileIdentity(path + suffix)
        return known.withLock { known in
            if known == nil { known = found }
            return known == found
        }
    }

    /// Whether the device is mounted read-only, or lacks room for what comes next. Where it cannot be asked, writing tells.
    var deviceFault: StoreFault? {
        var device = statvfs()
        guard statvfs(path, &device) == 0 else { return nil }
        if device.f_flag & UInt(ST_RDONLY) != 0 { return .unwritable }
        return Self.hasRoom(on: device, for: room) ? nil : .full
    }

    static func hasRoom(at path: String, for bytes: UInt64) -> Bool {
        var device = statvfs()
        return statvfs(path, &device) != 0 || hasRoom(on: device, for: bytes)
    }

    private static func hasRoom(on device: statvfs, for bytes: UInt64) -> Bool {
        UInt64(device.f_bavail) * UInt64(device.f_frsize) >= bytes
    }
}
