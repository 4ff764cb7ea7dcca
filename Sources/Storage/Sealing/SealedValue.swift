import Foundation

/// A sealed value as it stands in a column: 16 bytes that nothing else begins with, the container's version, the data key's
/// number, the column's, and what the cipher made. A value in clear that happens to begin so is put into a container, too,
/// so that stores with and without encryption, and both kinds in one store, are read alike.
enum SealedValue {
    static let magic: [UInt8] = [
        0xF6, 0x4C, 0x41, 0x52, 0xD3, 0x9E, 0x1B, 0xA7, 0x58, 0xC0, 0x7E, 0x95, 0xE4, 0x2D, 0xBB, 0x61,
    ]
    /// Magic, version, key: 28 letters of Base64.
    static let keyPrefixLength = 21
    private static let headerLength = 22

    private enum Version {
        static let clear: UInt8 = 0
        static let sealed: UInt8 = 1
    }

    /// Those letters of Base64 that all containers have in common.
    private static let textMark = Data(magic.prefix(15)).base64EncodedString()

    enum Content {
        /// No container, or one of a value in clear.
        case clear([UInt8])
        case sealed(key: Int64, column: UInt8, header: [UInt8], body: ArraySlice<UInt8>)
        /// Neither.
        case damaged
    }

    static func isContainer(_ bytes: [UInt8]) -> Bool {
        bytes.count >= magic.count && bytes.starts(with: magic)
    }

    /// - Returns: nothing where the text is none.
    static func container(inText text: String) -> [UInt8]? {
        guard text.utf8.starts(with: textMark.utf8) else { return nil }
        // What cannot be decoded is a damaged container, and no plain text.
        return Data(base64Encoded: text).map { [UInt8]($0) } ?? magic
    }

    static func text(of container: [UInt8]) -> String { Data(container).base64EncodedString() }

    static func looksSealed(_ text: String) -> Bool { text.utf8.starts(with: textMark.utf8) }

    /// What every value begins with that a data key has sealed.
    static func prefix(key: Int64) -> [UInt8] {
        magic + [Version.sealed] + withUnsafeBytes(of: UInt32(truncatingIfNeeded: key).bigEndian) { Array($0) }
    }

    static func header(key: Int64, _ column: SealedColumn) -> [UInt8] { prefix(key: key) + [column.rawValue] }

    /// Of a value in clear that begins like a container.
    static func escaped(_ bytes: [UInt8]) -> [UInt8] { magic + [Version.clear] + bytes }

    static func content(of bytes: [UInt8]) -> Content {
        guard isContainer(bytes) else { return .clear(bytes) }
        guard bytes.count > magic.count else { return .damaged }
        switch bytes[magic.count] {
        case Version.clear: return .clear(Array(bytes.dropFirst(magic.count + 1)))
        case Version.sealed where bytes.count >= headerLength:
            let key = bytes[(magic.count + 1)..<keyPrefixLength].reduce(Int64(0)) { $0 << 8 | Int64($1) }
            return .sealed(
                key: key, column: bytes[keyPrefixLength], header: Array(bytes.prefix(headerLength)),
                body: bytes.dropFirst(headerLength))
        default: return .damaged
        }
    }
}
