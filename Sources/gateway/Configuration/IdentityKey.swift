import Foundation
import Transport
import Vocabulary

/// The secret under which persons are found again, and unknown code values counted, without either standing in the store.
enum IdentityKey {
    /// The key where there is one; nothing is made.
    static func existing(_ path: String) throws -> KeyedHash? {
        try FileManager.default.contents(atPath: path).map { try KeyedHash(key: [UInt8]($0)) }
    }

    /// Reads the key, or makes one on the first start: readable by this user only. Whoever loses it loses the links
    /// between applications of one person, and the drift watch takes known values for new ones; nothing else.
    static func load(_ path: String) throws -> KeyedHash {
        if let key = FileManager.default.contents(atPath: path) { return try KeyedHash(key: [UInt8](key)) }
        let key = try SecureRandom.bytes(32)
        // Created with its mode, so that at no moment others can read it; never over one that is there.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else {
            // Another node was first.
            if let other = FileManager.default.contents(atPath: path) { return try KeyedHash(key: [UInt8](other)) }
            throw ConfigurationError([
                Complaint(file: path, line: nil, text: "the identity key can be neither read nor made")
            ])
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(key))
        try file.synchronize()
        return try KeyedHash(key: key)
    }
}
