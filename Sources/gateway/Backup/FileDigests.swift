import Foundation
import Transport

/// How large a file is, and its digests, in lower-case hexadecimal.
struct FileDigests: Sendable, Hashable {
    let bytes: Int
    let sha256: String
    let sm3: String
}

extension FileDigests {
    /// Reads a file part by part, and hands on each.
    init(of file: URL, each: (Data) throws -> Void = { _ in }) throws {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        let (first, second) = (try RunningDigest(.sha256), try RunningDigest(.sm3))
        var bytes = 0
        while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
            part.withUnsafeBytes {
                first.update($0)
                second.update($0)
            }
            bytes += part.count
            try each(part)
        }
        self.init(bytes: bytes, sha256: first.finish(), sm3: second.finish())
    }
}
