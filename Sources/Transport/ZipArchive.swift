import CZlib

/// A ZIP archive (APPNOTE 6.3.10) whose entries are stored as they are. The same entries always give the same bytes: no time
/// and no name of a machine stands in it.
public struct ZipArchive: Sendable {
    public struct Entry: Sendable {
        /// With slashes between folders.
        public let path: String
        public let bytes: [UInt8]
        /// Whether it may be run where the archive is unpacked.
        public let isProgram: Bool

        public init(_ path: String, _ bytes: [UInt8], isProgram: Bool = false) {
            self.path = path
            self.bytes = bytes
            self.isProgram = isProgram
        }
    }

    /// 1980-01-01, the first day that the format knows.
    private static let day: UInt16 = 0x0021
    /// Names are UTF-8 (bit 11).
    private static let flags: UInt16 = 0x0800
    private static let version: UInt16 = 20
    private static let madeOnUnix: UInt16 = 3 << 8 | 20

    private let entries: [Entry]

    public init(_ entries: [Entry]) { self.entries = entries }

    public var bytes: [UInt8] {
        var archive = LittleEndian()
        var directory = LittleEndian()
        for entry in entries {
            let name = Array(entry.path.utf8)
            var common = LittleEndian()
            for half in [Self.version, Self.flags, 0, 0, Self.day] { common.append(half) }
            common.append(Self.checksum(entry.bytes))
            for _ in 0..<2 { common.append(UInt32(clamping: entry.bytes.count)) }
            common.append(UInt16(clamping: name.count))
            common.append(UInt16(0))
            directory.append(UInt32(0x0201_4B50))
            directory.append(Self.madeOnUnix)
            directory.bytes += common.bytes
            for half in [0, 0, 0] as [UInt16] { directory.append(half) }
            directory.append(UInt32(entry.isProgram ? 0o100755 : 0o100644) << 16)
            directory.append(UInt32(clamping: archive.bytes.count))
            directory.bytes += name
            archive.append(UInt32(0x0403_4B50))
            archive.bytes += common.bytes + name + entry.bytes
        }
        let start = UInt32(clamping: archive.bytes.count)
        archive.bytes += directory.bytes
        archive.append(UInt32(0x0605_4B50))
        let count = UInt16(clamping: entries.count)
        for half in [0, 0, count, count] { archive.append(half) }
        archive.append(UInt32(clamping: directory.bytes.count))
        archive.append(start)
        archive.append(UInt16(0))
        return archive.bytes
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32(0, bytes, UInt32(clamping: bytes.count)))
    }
}

private struct LittleEndian {
    var bytes: [UInt8] = []

    mutating func append(_ number: UInt16) { bytes += [UInt8(truncatingIfNeeded: number), UInt8(number >> 8)] }
    mutating func append(_ number: UInt32) {
        append(UInt16(truncatingIfNeeded: number))
        append(UInt16(truncatingIfNeeded: number >> 16))
    }
}
