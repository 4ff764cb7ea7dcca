import Foundation

extension ExchangeFolder {
    /// What lies in the directory, as it was found.
    public struct Entry: Sendable, Hashable {
        public let name: Name
        /// Not a link, a pipe, a device, a directory.
        public let isFile: Bool
        public let isEmpty: Bool
        /// Since it was last written to or came to its name, by the file system's own clock (`ctime`): no sender can set
        /// it, and a time of its own that it brings along does not count.
        public let age: Duration
        public let version: Version
    }

    /// One state of one file: another file of its name, and a change of content, rights or name, is another.
    public struct Version: Sendable, Hashable {
        private let device: UInt64
        private let inode: UInt64
        private let size: Int64
        private let modified: Int64
        let changed: Int64

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            modified = Self.nanoseconds(status.st_mtim)
            changed = Self.nanoseconds(status.st_ctim)
        }

        /// Wraps around for the years that a sender may invent.
        static func nanoseconds(_ time: timespec) -> Int64 {
            Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
        }

        /// Whether a file that was renamed in between still is the one it was.
        public func isSameContent(as other: Version) -> Bool {
            (device, inode, size, modified) == (other.device, other.inode, other.size, other.modified)
        }
    }

    /// Everything that does not bear a hidden name (`.x`), by name.
    ///
    /// - Parameter clock: a folder of the same file system, which is asked for the time; nothing for this one.
    public func entries(by clock: ExchangeFolder? = nil) throws(FolderError) -> [Entry] {
        let now = try (clock ?? self).clock()
        var entries: [Entry] = []
        for name in try names() {
            var status = stat()
            if at(name, { lstat($0, &status) }) != 0, errno == ENOENT { continue }
            // What cannot even be looked at has no age, and is found out when it is read.
            let isKnown = status.st_mode != 0
            let version = Version(status)
            entries.append(
                Entry(
                    name: name, isFile: !isKnown || status.st_mode & S_IFMT == S_IFREG,
                    isEmpty: isKnown && status.st_size == 0,
                    // Where the clock was set back, what is still to come is long past.
                    age: .nanoseconds(Int64(clamping: (now &- version.changed).magnitude)), version: version))
        }
        return entries
    }

    /// - Returns: nothing where nothing bears the name.
    public func version(of name: Name) -> Version? {
        var status = stat()
        return at(name) { lstat($0, &status) } == 0 ? Version(status) : nil
    }

    private func names() throws(FolderError) -> [Name] {
        guard let directory = opendir(path) else { throw FolderError(step: "open folder", number: errno) }
        defer { closedir(directory) }
        var names: [Name] = []
        errno = 0
        while let entry = readdir(directory) {
            let bytes = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: UInt8.self, capacity: 256) { first in
                    Array(UnsafeBufferPointer(start: first, count: strlen(UnsafePointer(OpaquePointer(first)))))
                }
            }
            let name = Name(bytes: bytes)
            if !name.isHidden { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw FolderError(step: "list folder", number: errno) }
        return names.sorted()
    }
}

extension [ExchangeFolder.Entry] {
    /// Those that are complete: with a marker the files that have one beside them, otherwise all that do not bear the name
    /// of something unfinished and have rested for `quiet`. What is no file needs no marker. An empty file is one that is
    /// still to be written, until it has rested for `patience`.
    public func complete(marker: String?, quiet: Duration, patience: Duration) -> [ExchangeFolder.Entry] {
        let names = Set(map(\.name))
        let patience = Swift.max(quiet, patience)
        return filter { entry in
            if let marker, entry.isFile {
                return !entry.name.hasSuffix(marker) && names.contains(entry.name.adding(marker))
            }
            return !entry.name.isUnfinished
                && entry.age >= (entry.isFile && entry.isEmpty ? patience : quiet)
        }
    }
}
