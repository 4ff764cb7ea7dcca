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
    private func complete(
        _ folder: ExchangeFolder, marker: String? = nil, quiet: Duration = .zero, patience: Duration = .zero
    ) throws -> [ExchangeFolder.Name] {
        try folder.entries().complete(marker: marker, quiet: quiet, patience: patience).map(\.name)
    }

    @Test func `a file is complete once it bears its name and rests, or once its marker is there`() throws {
        let home = try TemporaryFolder()
        defer { home.remove() }
        for name in ["b.xml", "a.xml", "c.xml.tmp", "d.xml.part", ".e.xml", "b.xml.ok", "z.ok"] { try home.put(name) }
        try home.put("empty.xml", "")
        let plain = try complete(home.folder, patience: .seconds(3600))
        #expect(plain == ["a.xml", "b.xml", "b.xml.ok", "z.ok"].map { ExchangeFolder.Name($0) })
        #expect(try complete(home.folder).contains(ExchangeFolder.Name("empty.xml")))
        #expect(try complete(home.folder, quiet: .seconds(3600), patience: .seconds(3600)).isEmpty)
        #expect(try complete(home.folder, marker: ".ok", quiet: .seconds(3600)) == [ExchangeFolder.Name("b.xml")])
    }

    @Test(arguments: [
        ".a.xml", "a.tmp", "a.xml.TMP", "a.Temp", "a.part", "a.xml.filepart", "a.FILEPART", "a.crdownload", "a.partial",
        ".a.xml.swp", "a.swp", "a.xml~", "文件.xml~", "a.writing", "a.lock",
    ])
    func `what a transfer program still writes bears a name that is known`(name: String) {
        #expect(ExchangeFolder.Name(name).isUnfinished)
        #expect(!ExchangeFolder.Name(name + "x").isUnfinished || name.hasPrefix("."))
    }

    @Test func `a tilde that ends a character of GBK is no tilde`() {
        #expect(!ExchangeFolder.Name(bytes: [0x61, 0x81, 0x7E]).isUnfinished)
        #expect(ExchangeFolder.Name(bytes: [0xB2, 0xE2, 0x7E]).isUnfinished)
    }

    @Test func `an ending fits a name of any length, and two long names stay two`() throws {
        let home = try TemporaryFolder()
        defer { home.remove() }
        let texts = Set(
            (Array(1...3) + Array(230...255)).flatMap { length in
                ["a", "测"].flatMap { sign in
                    let text = String(repeating: sign, count: length / sign.utf8.count)
                    return [text, text + "b"]
                }
            }.filter { (1...255).contains($0.utf8.count) })
        var names: Set<ExchangeFolder.Name> = []
        for text in texts {
            let name = home.folder.name(ExchangeFolder.Name(text), adding: ".receipt.xml", marker: ".ok")
            names.insert(name)
            #expect(String(validating: name.bytes, as: UTF8.self)?.hasSuffix(".receipt.xml") == true)
            if text.utf8.count < 230 { #expect(name == ExchangeFolder.Name(text + ".receipt.xml")) }
            try home.folder.write([65], to: name, marker: ".ok")
        }
        #expect(names.count == texts.count)
        #expect(try home.folder.entries().count == 2 * texts.count)
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

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func `a file that nobody may read is told as such`() throws {
        let home = try TemporaryFolder()
        defer { home.remove() }
        try home.put("secret")
        chmod(home.url.appending(path: "secret").path, 0)
        #expect(
            try home.folder.read(ExchangeFolder.Name("secret"), maxBytes: 9)
                == .unreadable(FolderError(step: "open", number: EACCES)))
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
            let name = try #require(try complete(home.folder).first)
            #expect(name.bytes == gbk)
            try home.folder.move(name, to: other.folder, suffix: ".\(text)")
        }
        let names = try complete(other.folder)
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
