import Foundation
import Testing

@testable import Transport

private struct TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "folder-\(UUID().uuidString)")
    var folder: ExchangeFolder { ExchangeFolder(path: url.path) }

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    func put(_ name: String, _ text: String = "x") throws {
        try text.write(to: url.appending(path: name), atomically: false, encoding: .utf8)
    }

    func remove() { try? FileManager.default.removeItem(at: url) }
}

@Suite struct ExchangeFolderTests {
    @Test func `a file is complete once it bears its name, or once its marker is there`() throws {
        let home = try TemporaryFolder()
        defer { home.remove() }
        for name in ["b.xml", "a.xml", "c.xml.tmp", "d.xml.part", ".e.xml", "b.xml.ok", "z.ok"] { try home.put(name) }
        let plain = try home.folder.completeFiles(marker: nil)
        #expect(plain == ["a.xml", "b.xml", "b.xml.ok", "z.ok"].map { ExchangeFolder.Name($0) })
        #expect(try home.folder.completeFiles(marker: ".ok") == [ExchangeFolder.Name("b.xml")])
    }

    @Test func `links, pipes and folders are not read, and nothing larger than allowed`() throws {
        let home = try TemporaryFolder()
        defer { home.remove() }
        try home.put("plain", "12345")
        try FileManager.default.createSymbolicLink(
            at: home.url.appending(path: "link"), withDestinationURL: URL(filePath: "/etc/hostname"))
        mkfifo(home.url.appending(path: "pipe").path, 0o600)
        try FileManager.default.createDirectory(
            at: home.url.appending(path: "folder"), withIntermediateDirectories: true)
        func read(_ name: String, _ limit: Int = 100) throws -> ExchangeFolder.Content {
            try home.folder.read(ExchangeFolder.Name(name), maxBytes: limit)
        }
        #expect(try read("plain") == .bytes(Array("12345".utf8)))
        #expect(try read("plain", 5) == .bytes(Array("12345".utf8)))
        #expect(try read("plain", 4) == .tooLarge)
        #expect(try read("link") == .notAFile)
        #expect(try read("pipe") == .notAFile)
        #expect(try read("folder") == .notAFile)
        #expect(try read("nothing") == .gone)
    }

    @Test func `a file is written whole, replaces its older self and leaves nothing beside it`() throws {
        let home = try TemporaryFolder()
        defer { home.remove() }
        let name = ExchangeFolder.Name("a.xml")
        try home.folder.write(Array("first".utf8), to: name)
        try home.folder.write(Array("second".utf8), to: name, marker: ".ok")
        #expect(try home.folder.read(name, maxBytes: 100) == .bytes(Array("second".utf8)))
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.url.path).sorted() == ["a.xml", "a.xml.ok"])
    }

    @Test func `nobody writes through a link that lies where the file should be`() throws {
        let home = try TemporaryFolder()
        defer { home.remove() }
        try home.put("victim", "untouched")
        for link in ["a.xml", ".a.xml.tmp"] {
            try FileManager.default.createSymbolicLink(
                at: home.url.appending(path: link), withDestinationURL: home.url.appending(path: "victim"))
        }
        let name = ExchangeFolder.Name("a.xml")
        try home.folder.write([65], to: name)
        #expect(try home.folder.read(name, maxBytes: 9) == .bytes([65]))
        #expect(try String(contentsOf: home.url.appending(path: "victim"), encoding: .utf8) == "untouched")
    }

    @Test func `a name in GBK is kept byte by byte, and a taken name gets a word of its own`() throws {
        let home = try TemporaryFolder()
        let other = try TemporaryFolder()
        defer {
            home.remove()
            other.remove()
        }
        let gbk: [UInt8] = [0xB2, 0xE2, 0xCA, 0xD4]
        for text in ["one", "two"] {
            try home.folder.write(Array(text.utf8), to: ExchangeFolder.Name(bytes: gbk))
            let name = try #require(try home.folder.completeFiles(marker: nil).first)
            #expect(name.bytes == gbk)
            try home.folder.move(name, to: other.folder, suffix: ".\(text)")
        }
        let names = try other.folder.completeFiles(marker: nil)
        #expect(names.map(\.bytes) == [gbk, gbk + Array(".two".utf8)])
        #expect(try other.folder.read(names[1], maxBytes: 9) == .bytes(Array("two".utf8)))
    }

    @Test func `two that work on one folder do not meet`() async throws {
        let home = try TemporaryFolder()
        defer { home.remove() }
        let isOurs = try await home.folder.exclusively {
            let isTheirs = try await home.folder.exclusively {}
            #expect(!isTheirs)
        }
        #expect(isOurs)
        #expect(try await home.folder.exclusively {})
    }
}
