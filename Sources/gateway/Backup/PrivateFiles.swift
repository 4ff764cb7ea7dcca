import Foundation
import Storage

/// Files and folders that their owner alone may read, whatever the umask, and that are on the disk when it says so.
enum PrivateFiles {
    static func makeFolder(_ folder: URL) throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// A new file; never over one that is there.
    static func make(_ file: URL) throws -> FileHandle {
        let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("无法建立", "cannot be made", file) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// - Returns: the digests of what was read.
    ///
    /// - Parameter synchronizes: whether the copy is on the disk when it is made.
    @discardableResult
    static func copy(_ source: URL, to target: URL, synchronizes: Bool = false) throws -> FileDigests {
        let handle = try make(target)
        defer { try? handle.close() }
        let digests = try FileDigests(of: source) { try handle.write(contentsOf: $0) }
        if synchronizes { try handle.synchronize() }
        return digests
    }

    static func write(_ bytes: [UInt8], to file: URL) throws {
        let handle = try make(file)
        defer { try? handle.close() }
        try handle.write(contentsOf: Data(bytes))
    }

    /// Puts all that was written on the disk: once for a thousand files.
    static func synchronizeAll(within folder: URL) throws {
        guard StoreFiles.synchronize(folder.path) else {
            throw failure("无法写到磁盘", "cannot be written to the disk", folder)
        }
    }

    /// Puts the names within a folder on the disk.
    static func synchronizeNames(in folder: URL) throws {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("无法打开", "cannot be opened", folder) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("无法写到磁盘", "cannot be written to the disk", folder) }
    }

    /// Gives a file or folder its name at once; over an empty folder or a file, never over a folder with something in it.
    static func rename(_ source: URL, to target: URL) throws {
        guard Glibc.rename(source.path, target.path) == 0 else {
            throw failure("无法放到位", "cannot be put in place", target)
        }
    }

    /// Gives a file a second name, which must be free.
    static func link(_ file: URL, as name: URL) throws {
        guard Glibc.link(file.path, name.path) == 0 else {
            throw failure("无法以此名保存", "cannot be kept under this name", name)
        }
    }

    private static func failure(_ zh: String, _ en: String, _ file: URL) -> CommandFailure {
        CommandFailure(at: file.path, zh, en, errno: errno)
    }
}
