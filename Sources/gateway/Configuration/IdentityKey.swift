import Foundation
import Messaging
import Storage
import Transport
import Vocabulary

/// The secret under which persons are found again, and unknown code values counted, without either standing in the store.
/// Whoever loses it loses the links between applications of one person, and the drift watch takes known values for new
/// ones; nothing else.
enum IdentityKey {
    /// The key where there is one; nothing is made.
    ///
    /// - Parameter isCopy: in an archive, whose folder says who may read it.
    static func existing(_ path: String, isCopy: Bool = false) throws -> KeyedHash? {
        try bytes(of: path, isCopy: isCopy).map { try KeyedHash(key: $0) }
    }

    /// Reads the key, or makes one for a store that has never had one.
    ///
    /// - Parameter makesAnother: also where the store had one before.
    /// - Throws: `ConfigurationError` where the key is not there any more or another than the store's: what was found by it
    ///   would not be found again, and nobody would hear of it.
    static func load(
        _ path: String, for store: SQLMessageStore, makesAnother: Bool = false
    ) async throws -> KeyedHash {
        let known = try await store.identityFingerprint()
        let key: [UInt8]
        if let bytes = try bytes(of: path) {
            key = bytes
        } else {
            let isNeeded = if known != nil { true } else { try await store.hasKeyedHashes() }
            guard makesAnother || !isNeeded else { throw ConfigurationError([missing(path)]) }
            key = try make(path)
        }
        let hash = try KeyedHash(key: key)
        let noted = try await store.noteIdentity(hash.fingerprint)
        guard noted == hash.fingerprint else { throw ConfigurationError([differs(path)]) }
        return hash
    }

    /// Whether the key in the file is the one of this fingerprint; nothing where there is none.
    static func agrees(_ path: String, with fingerprint: String, isCopy: Bool = false) throws -> Bool? {
        try bytes(of: path, isCopy: isCopy).map { try KeyedHash(key: $0).fingerprint == fingerprint }
    }

    /// - Throws: `ConfigurationError` where it cannot be read, is empty, or may be read by others, as a master key that others
    ///   may read is refused.
    private static func bytes(of path: String, isCopy: Bool = false) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let key = FileManager.default.contents(atPath: path) else {
            throw refusal(path, "身份密钥无法读取。the identity key cannot be read")
        }
        guard !key.isEmpty else {
            throw refusal(
                path,
                "身份密钥文件是空的：请从备份放回（备份中的 keys/identity-key）；从未有过密钥的新存储，删去此空文件即可。the file of the identity key is empty: put the key back from a backup (keys/identity-key of the archive); of a store that never had one, remove the empty file"
            )
        }
        var status = stat()
        if !isCopy, stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
            let mode = String(status.st_mode & 0o777, radix: 8)
            throw refusal(
                path,
                "身份密钥的权限为 \(mode)，他人可以读取：请执行 chmod 600 \(path)。the identity key has mode \(mode), so that others may read it: chmod 600 \(path)"
            )
        }
        return [UInt8](key)
    }

    private static func refusal(_ path: String, _ text: String) -> ConfigurationError {
        ConfigurationError([Complaint(file: path, line: nil, text: text)])
    }

    /// Created with its mode, so that at no moment others can read it, and under its name only when it is whole; never over
    /// one that is there.
    private static func make(_ path: String) throws -> [UInt8] {
        let key = try SecureRandom.bytes(32)
        let partial = "\(path).\(getpid())"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            // Another node was first.
            if let other = try bytes(of: path) { return other }
            throw refusal(path, "身份密钥无法生成。the identity key cannot be made")
        }
        defer { _ = unlink(partial) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(key))
        try file.synchronize()
        guard link(partial, path) == 0 else {
            if let other = try bytes(of: path) { return other }
            throw refusal(path, "身份密钥无法生成。the identity key cannot be made")
        }
        return key
    }

    static func missing(_ path: String) -> Complaint {
        Complaint(
            file: path, line: nil,
            text:
                "缺少该存储的身份密钥：请从备份放回此文件（备份中的 keys/identity-key）；确已丢失时用 gateway keys identity --accept-loss --reason 理由。the store's identity key is not there: put it back from a backup (keys/identity-key of the archive); where it is lost for good, gateway keys identity --accept-loss --reason TEXT"
        )
    }

    static func differs(_ path: String) -> Complaint {
        Complaint(
            file: path, line: nil,
            text:
                "这不是该存储的身份密钥：请从备份放回原来的密钥（备份中的 keys/identity-key）；确已丢失时用 gateway keys identity --accept-loss --reason 理由。this is another identity key than the store's: put the right one back from a backup (keys/identity-key of the archive); where it is lost for good, gateway keys identity --accept-loss --reason TEXT"
        )
    }
}

extension KeyedHash {
    /// Tells keys apart without telling anything of them.
    var fingerprint: String { hash("legal-aid-gateway identity key") }
}
