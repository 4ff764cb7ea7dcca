extension ExchangeFolder {
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
}

extension ExchangeFolder.Name {
    /// What the usual transfer programs and editors call a file that is not finished, such as WinSCP (`.filepart`).
    private static let unfinishedEndings = [
        ".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".writing", ".lock",
    ]

    var isHidden: Bool { bytes.first == UInt8(ascii: ".") }

    var isUnfinished: Bool {
        let lower = Self(bytes: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 })
        return isHidden || Self.unfinishedEndings.contains { lower.hasSuffix($0) } || endsWithTilde
    }

    /// In GBK `~` is the second byte of many a character too.
    private var endsWithTilde: Bool {
        guard bytes.last == UInt8(ascii: "~") else { return false }
        if String(validating: bytes, as: UTF8.self) != nil { return true }
        var index = 0
        while index < bytes.count - 1 { index += bytes[index] > 0x80 ? 2 : 1 }
        return index == bytes.count - 1
    }

    /// With an ending, within so many bytes: of a name that is too long the beginning is kept, and a digest stands for the
    /// rest.
    func adding(_ ending: String, within length: Int) -> Self {
        guard bytes.count + ending.utf8.count > length else { return adding(ending) }
        let digest = "~" + Digest.hex(Digest.sha256(bytes)).prefix(16)
        let room = max(0, min(bytes.count - 1, length - digest.utf8.count - ending.utf8.count))
        // No character of UTF-8 is cut in two.
        let end = (max(0, room - 3)...room).last { bytes[$0] & 0xC0 != 0x80 } ?? room
        return Self(bytes: Array(bytes[..<end])).adding(digest + ending)
    }
}
