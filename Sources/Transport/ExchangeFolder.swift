import Foundation

/// Why a file could not be exchanged.
public struct FolderError: Error, Sendable, Hashable {
    /// The step, such as `rename`.
    public let step: String
    /// The system's `errno`.
    public let number: Int32

    /// A stable word for logs: file names may be people's names and are left out.
    public var code: String { "\(step): errno \(number)" }
}

/// A directory that files are exchanged through with another system. Its calls wait for the disk.
///
/// Names are bytes, since a partner's machine may write them in GBK. No link is followed out of the directory.
public struct ExchangeFolder: Sendable, Hashable {
    /// A file's name, without a directory.
    public struct Name: Sendable, Hashable, Comparable {
        public let bytes: [UInt8]

        public init(_ text: String) { bytes = Array(text.utf8) }
        init(bytes: [UInt8]) { self.bytes = bytes }

        public static func < (left: Name, right: Name) -> Bool {
            left.bytes.lexicographicallyPrecedes(right.bytes)
        }

        public func adding(_ ending: String) -> Name { Name(bytes: bytes + Array(ending.utf8)) }

        func hasSuffix(_ ending: String) -> Bool { bytes.suffix(ending.utf8.count).elementsEqual(ending.utf8) }
    }

    public enum Content: Sendable, Hashable {
        case bytes([UInt8])
        case tooLarge
        /// A link, a pipe, a directory.
        case notAFile
        /// Somebody took it away.
        case gone
    }

    public let path: String

    public init(path: String) { self.path = path }

    /// The files that are complete, by name: with a marker those that have one beside them, otherwise all that do not
    /// bear a name of something unfinished (`.x`, `x.tmp`, `x.part`).
    public func completeFiles(marker: String?) throws(FolderError) -> [Name] {
        guard let directory = opendir(path) else { throw FolderError(step: "open folder", number: errno) }
        defer { closedir(directory) }
        var names: Set<Name> = []
        while let entry = readdir(directory) {
            let bytes = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: UInt8.self, capacity: 256) { first in
                    Array(UnsafeBufferPointer(start: first, count: strlen(UnsafePointer(OpaquePointer(first)))))
                }
            }
            if bytes.first != UInt8(ascii: ".") { names.insert(Name(bytes: bytes)) }
        }
        let complete =
            if let marker {
                names.filter { !$0.hasSuffix(marker) && names.contains($0.adding(marker)) }
            } else {
                names.filter { !$0.hasSuffix(".tmp") && !$0.hasSuffix(".part") }
            }
        return complete.sorted()
    }

    public func read(_ name: Name, maxBytes: Int) throws(FolderError) -> Content {
        // Non-blocking, or a pipe would hold us for ever.
        let descriptor = at(name) { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard descriptor >= 0 else {
            switch errno {
            case ELOOP, ENXIO: return .notAFile
            case ENOENT: return .gone
            default: throw FolderError(step: "open", number: errno)
            }
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FolderError(step: "stat", number: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { return .notAFile }
        guard status.st_size <= maxBytes else { return .tooLarge }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count == 0 { return .bytes(bytes) }
            guard count > 0 else { throw FolderError(step: "read", number: errno) }
            guard bytes.count + count <= maxBytes else { return .tooLarge }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Puts a whole file there, durably, or nothing: it is written under another name and renamed. What bore the name
    /// before is replaced.
    public func write(_ bytes: [UInt8], to name: Name, marker: String? = nil) throws(FolderError) {
        let unfinished = Name(".").adding(name, ".tmp")
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

    /// Moves a file to another directory of the same file system. Where the name is taken there, `suffix` is added.
    public func move(_ name: Name, to other: ExchangeFolder, suffix: String) throws(FolderError) {
        let isTaken = other.at(name) { access($0, F_OK) } == 0
        let target = isTaken ? name.adding(suffix) : name
        guard at(name, { old in other.at(target) { rename(old, $0) } }) == 0 else {
            throw FolderError(step: "move", number: errno)
        }
        try other.sync()
        try sync()
    }

    /// Takes a file away; one that is not there is no mistake.
    public func remove(_ name: Name) throws(FolderError) {
        guard at(name, { unlink($0) }) == 0 || errno == ENOENT else { throw FolderError(step: "remove", number: errno) }
    }

    /// Runs the work while no other process that asks in this way works on the directory.
    ///
    /// - Returns: whether it was ours to have.
    public func exclusively(_ work: () async throws -> Void) async throws -> Bool {
        let lock = at(Name(".gateway-lock")) { open($0, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o640) }
        guard lock >= 0 else { throw FolderError(step: "lock", number: errno) }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return false }
        try await work()
        return true
    }

    /// A rename is durable once the directory is.
    private func sync() throws(FolderError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FolderError(step: "open folder", number: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FolderError(step: "fsync folder", number: errno) }
    }

    private func at<Result>(_ name: Name, _ work: (UnsafePointer<CChar>) -> Result) -> Result {
        let bytes = (Array(path.utf8) + [UInt8(ascii: "/")] + name.bytes + [0]).map(CChar.init(bitPattern:))
        return bytes.withUnsafeBufferPointer { buffer in
            // Never empty: it ends with a zero.
            withExtendedLifetime(buffer) { buffer.baseAddress.map(work) } ?? work("")
        }
    }
}

extension ExchangeFolder.Name {
    fileprivate func adding(_ name: ExchangeFolder.Name, _ ending: String) -> ExchangeFolder.Name {
        Self(bytes: bytes + name.bytes).adding(ending)
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
