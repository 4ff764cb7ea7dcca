import Foundation
import Messaging

/// Each commit names the one before it, in a row of its own. Of a log that lies beside a file it can so be told whether the
/// two belong together: SQLite reads back whatever log it finds there, and makes damage of a log of another life.
///
/// A log holds the pages that its commits changed since it was begun. To read it back over a file is right exactly where the
/// file is at the commit before the log's first, or at one of the log's own. What was written before the schema
/// had this row, or changed no row, cannot be told apart, and neither can it be told that a log is missing.
enum CommitChain {
    /// Makes this commit the newest link.
    static func advance(_ connection: any SQLConnection) throws(StoreError) {
        let former = try connection.query("SELECT own FROM commit_link WHERE id = 1", []) {
            row throws(StoreError) in try row.blob("own")
        }
        guard let former = former.first else { throw .corrupt("commit_link has no row") }
        try connection.run(
            "UPDATE commit_link SET previous = own, own = ? WHERE id = 1", [.blob(Link.following(former))])
    }

    /// The page that the row is alone in; nothing before the schema has it.
    static func page(_ connection: any SQLConnection) throws(StoreError) -> Int64? {
        try connection.query("SELECT rootpage FROM sqlite_schema WHERE name = 'commit_link'", []) {
            row throws(StoreError) in try row.integer("rootpage")
        }.first
    }

    /// A commit, and the one before it: eight bytes that count, so that of two commits of one store the later is known,
    /// and eight that are random, so that two lives of it differ.
    struct Link: Hashable {
        /// Stands before both in the row, so that it is found in a page of the log.
        static let magic = Array("LGAR-commit-link".utf8)
        let previous: [UInt8]
        let own: [UInt8]

        /// Grows with every commit. Links of earlier releases are random throughout, and what follows counts on from them.
        var number: UInt64 { Self.number(own) }

        /// Without the first bit, so that a random one leaves room to count on for ever.
        private static func number(_ own: [UInt8]) -> UInt64 {
            own.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } & 0x7FFF_FFFF_FFFF_FFFF
        }

        static func following(_ own: [UInt8]) -> [UInt8] {
            let next = number(own) + 1
            let random = UInt64.random(in: .min ... .max)
            return [next, random].flatMap { value in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
        }

        /// Nothing where the page is another table's. The row is alone in its page.
        init?(page: [UInt8]) {
            guard page.count >= 512, page[0] == 0x0D, page[3] == 0, page[4] == 1 else { return nil }
            // The cell: lengths and the record's header, then the three values one behind the other.
            let start = Int(page[8]) << 8 | Int(page[9])
            let last = min(start + 16, page.count - 48)
            guard start <= last,
                let offset = (start...last).first(where: {
                    page[$0..<$0 + 16].elementsEqual(Self.magic)
                })
            else { return nil }
            previous = Array(page[offset + 16..<offset + 32])
            own = Array(page[offset + 32..<offset + 48])
        }
    }

    /// What a log would bring into the file.
    private struct Log {
        private(set) var hasCommits = false
        private(set) var links: [Link] = []

        /// Reads what stands behind the log's header and bears its salts: SQLite leaves older frames further on. Whether the
        /// last commit is whole is not asked: it is read back whole or not at all.
        ///
        /// - Throws: `StoreError.failed` where there is a log and it cannot be read.
        init(_ path: String) throws(StoreError) {
            guard FileIdentity(path) != nil else { return }
            do {
                try read(path)
            } catch {
                throw .failed("\(path) cannot be read")
            }
        }

        private mutating func read(_ path: String) throws {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            guard let header = try file.read(upToCount: 32), header.count == 32 else { return }
            let bytes = [UInt8](header)
            let pageBytes = bytes[8..<12].reduce(0) { $0 << 8 | Int($1) }
            guard bytes[0..<3].elementsEqual([0x37, 0x7F, 0x06]), (512...65_536).contains(pageBytes) else { return }
            var begun: [Link] = []
            while let frame = try file.read(upToCount: 24 + pageBytes).map({ [UInt8]($0) }),
                frame.count == 24 + pageBytes, frame[8..<16].elementsEqual(bytes[16..<24])
            {
                if let link = Link(page: Array(frame[24...])) { begun.append(link) }
                guard frame[4..<8].contains(where: { $0 != 0 }) else { continue }
                hasCommits = true
                links += begun
                begun = []
            }
        }
    }

    /// - Throws: `StoreError.foreignLog` where the log beside the file is not its own. A file that somebody has open is left
    ///   alone: it was looked at when it was opened.
    static func refuseForeignLog(of path: String) throws(StoreError) {
        guard !StoreFiles.isInUse(path) else { return }
        let log = try Log(path + "-wal")
        guard log.hasCommits, !isOwn(log, of: path), !StoreFiles.isInUse(path) else { return }
        throw .foreignLog
    }

    private static func isOwn(_ log: Log, of path: String) -> Bool {
        var status = stat()
        // SQLite erases a log beside an empty file.
        guard stat(path, &status) == 0, status.st_size > 0 else { return false }
        do throws(StoreError) {
            // Nothing but what changes no row, such as giving free pages back.
            guard let first = log.links.first else { return true }
            let newest = try newest(in: path) ?? Array(repeating: 0, count: 16)
            return newest == first.previous || log.links.contains { $0.own == newest }
        } catch {
            // A file that cannot be read without its log: reading both tells what is wrong.
            return true
        }
    }

    /// The newest commit that the file itself has; nothing where its schema is older.
    private static func newest(in path: String) throws(StoreError) -> [UInt8]? {
        let connection = try SQLiteConnection(unchanging: path)
        guard try isKept(connection) else { return nil }
        return try connection.query("SELECT own FROM commit_link WHERE id = 1", []) { row throws(StoreError) in
            try row.blob("own")
        }.first
    }

    /// Whether the schema has a place for it.
    static func isKept(_ connection: SQLiteConnection) throws(StoreError) -> Bool {
        try !connection.query("SELECT 1 FROM sqlite_schema WHERE name = 'commit_link'", []) { _ in true }.isEmpty
    }
}
