import Foundation

/// Why a file could not be exchanged.
public struct FolderError: Error, Sendable, Hashable {
    /// The step, such as `rename`.
    public let step: String
    /// The system's `errno`.
    public let number: Int32

    /// A stable word for logs: file names may be people's names and are left out.
    public var code: String { "\(step): errno \(number)" }
    /// Whether the file itself does not let itself be read or moved: its rights, its disk, a device mounted on it. Another
    /// one may do better.
    public var isOfFile: Bool { [EACCES, EPERM, EIO, EBUSY].contains(number) }
}

/// A directory that files are exchanged through with another system. Its calls wait for the disk.
///
/// Names are bytes, since a partner's machine may write them in GBK. No link is followed out of the directory.
public struct ExchangeFolder: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case bytes([UInt8])
        case tooLarge
        /// A link, a pipe, a device, a directory: it is not opened.
        case notAFile
        /// It is there, but nobody lets us read it, or its disk cannot.
        case unreadable(FolderError)
        /// Somebody wrote to it while it was read.
        case changing
        /// Somebody took it away.
        case gone
    }

    public let path: String

    public init(path: String) { self.path = path }

    /// The directory itself, where it is not there yet.
    public func make() throws(FolderError) {
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw FolderError(step: "make folder", number: errno) }
    }

    /// - Throws: what is not the file's own fault, such as too many open files.
    public func read(_ name: Name, maxBytes: Int) throws(FolderError) -> Content {
        var status = stat()
        guard at(name, { lstat($0, &status) }) == 0 else { return try content(of: "stat", failedBy: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .notAFile }
        // Non-blocking, should a pipe have taken its place, which would hold us for ever.
        let descriptor = at(name) { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard descriptor >= 0 else { return try content(of: "open", failedBy: errno) }
        defer { close(descriptor) }
        guard fstat(descriptor, &status) == 0 else { return try content(of: "stat", failedBy: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .notAFile }
        guard status.st_size <= maxBytes else { return .tooLarge }
        let version = Version(status)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else { return try content(of: "read", failedBy: errno) }
            guard count > 0 else { break }
            guard bytes.count + count <= maxBytes else { return .tooLarge }
            bytes.append(contentsOf: chunk[..<count])
        }
        guard fstat(descriptor, &status) == 0 else { return try content(of: "stat", failedBy: errno) }
        return Version(status) == version ? .bytes(bytes) : .changing
    }

    private func content(of step: String, failedBy number: Int32) throws(FolderError) -> Content {
        let error = FolderError(step: step, number: number)
        switch number {
        case ELOOP, ENXIO: return .notAFile
        case ENOENT: return .gone
        default: if error.isOfFile { return .unreadable(error) } else { throw error }
        }
    }

    /// Puts a whole file there, durably, or nothing: it is written under another name and renamed. What bore the name
    /// before is replaced.
    public func write(_ bytes: [UInt8], to name: Name, marker: String? = nil) throws(FolderError) {
        let unfinished = Name(bytes: Array(".".utf8) + name.bytes).adding(Self.unfinished)
        // What a crash left, or somebody laid there, goes first: the file is ours from its first byte.
        try remove(unfinished)
        let descriptor = at(unfinished) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o640) }
        guard descriptor >= 0 else { throw FolderError(step: "create", number: errno) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let number = errno
                close(descriptor)
                throw FolderError(step: "write", number: number)
            }
            written += count
        }
        let isSynced = fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        guard isSynced else { throw FolderError(step: "fsync", number: number) }
        guard at(unfinished, { old in at(name) { rename(old, $0) } }) == 0 else {
            throw FolderError(step: "rename", number: errno)
        }
        try sync()
        if let marker { try write([], to: name.adding(marker)) }
    }

    private static let unfinished = ".tmp"

    /// The name with an ending, such that the file and then its marker can be written here.
    public func name(_ name: Name, adding ending: String, marker: String? = nil) -> Name {
        let longest = pathconf(path, Int32(_PC_NAME_MAX))
        let beside = 1 + (marker ?? "").utf8.count + Self.unfinished.utf8.count
        return name.adding(ending, within: (longest > 0 ? longest : 255) - beside)
    }

    /// Moves a file to another directory of the same file system, unless its name is taken there.
    ///
    /// - Returns: whether it was moved; not either where somebody took it away.
    public func move(_ name: Name, to other: ExchangeFolder) throws(FolderError) -> Bool {
        guard other.version(of: name) == nil else { return false }
        if at(name, { old in other.at(name) { rename(old, $0) } }) == 0 { return true }
        guard errno == ENOENT else { throw FolderError(step: "move", number: errno) }
        return false
    }

    /// Moves a file to another directory of the same file system, durably. Where the name is taken there, `suffix` is
    /// added.
    ///
    /// - Returns: its name there.
    @discardableResult
    public func move(_ name: Name, to other: ExchangeFolder, suffix: String) throws(FolderError) -> Name {
        let target = other.version(of: name) == nil ? name : other.name(name, adding: suffix)
        guard at(name, { old in other.at(target) { rename(old, $0) } }) == 0 else {
            throw FolderError(step: "move", number: errno)
        }
        try other.sync()
        try sync()
        return target
    }

    /// Takes a file away; one that is not there is no mistake.
    public func remove(_ name: Name) throws(FolderError) {
        guard at(name, { unlink($0) }) == 0 || errno == ENOENT else { throw FolderError(step: "remove", number: errno) }
    }

    /// Runs the work while no other process that asks in this way works on the directory.
    ///
    /// - Returns: whether it was ours to have.
    public func exclusively(_ work: () async throws -> Void) async throws -> Bool {
        let lock = try lockFile()
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return false }
        try await work()
        return true
    }

    /// The file system's own time in nanoseconds, which may be another machine's.
    func clock() throws(FolderError) -> Int64 {
        let lock = try lockFile()
        defer { close(lock) }
        var status = stat()
        guard futimens(lock, nil) == 0, fstat(lock, &status) == 0 else {
            throw FolderError(step: "clock", number: errno)
        }
        return Version.nanoseconds(status.st_mtim)
    }

    private func lockFile() throws(FolderError) -> Int32 {
        let lock = at(Name(".gateway-lock")) { open($0, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o640) }
        guard lock >= 0 else { throw FolderError(step: "lock", number: errno) }
        return lock
    }

    /// A rename is durable once the directory is.
    private func sync() throws(FolderError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FolderError(step: "open folder", number: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FolderError(step: "fsync folder", number: errno) }
    }

    func at<Result>(_ name: Name, _ work: (UnsafePointer<CChar>) -> Result) -> Result {
        let bytes = (Array(path.utf8) + [UInt8(ascii: "/")] + name.bytes + [0]).map(CChar.init(bitPattern:))
        return bytes.withUnsafeBufferPointer { buffer in
            // Never empty: it ends with a zero.
            withExtendedLifetime(buffer) { buffer.baseAddress.map(work) } ?? work("")
        }
    }
}

/// Waiting for a disk is not for Swift's own threads.
public func offThread<Result: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () throws(Failure) -> Result
) async throws(Failure) -> Result {
    let outcome = await withCheckedContinuation {
        (continuation: CheckedContinuation<Swift.Result<Result, Failure>, Never>) in
        DispatchQueue.global(qos: .utility).async {
            do throws(Failure) {
                continuation.resume(returning: .success(try work()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }
    return try outcome.get()
}
