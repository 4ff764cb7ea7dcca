import Foundation
import Messaging
import Observability
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import Delivery

/// The four folders of a partner.
private struct Folders {
    let url = FileManager.default.temporaryDirectory.appending(path: "exchange-\(UUID().uuidString)")

    init() throws {
        for name in ["in", "out", "archive", "error"] {
            try FileManager.default.createDirectory(
                at: url.appending(path: name), withIntermediateDirectories: true)
        }
    }

    func exchange(marker: String? = nil) -> ExchangeFolders {
        ExchangeFolders(
            inbox: url.appending(path: "in").path, outbox: url.appending(path: "out").path,
            archive: url.appending(path: "archive").path, errors: url.appending(path: "error").path, marker: marker)
    }

    func put(_ name: String, _ bytes: [UInt8]) throws {
        // As a partner does it: written under another name, then renamed.
        let unfinished = url.appending(path: "in/\(name).tmp")
        try Data(bytes).write(to: unfinished)
        try FileManager.default.moveItem(at: unfinished, to: url.appending(path: "in/\(name)"))
    }

    func names(_ folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: url.appending(path: folder).path)
        return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }

    func text(_ path: String) -> String {
        FileManager.default.contents(atPath: url.appending(path: path).path)
            .map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func remove() { try? FileManager.default.removeItem(at: url) }
}

private struct Submission: FileSubmission {
    let answer: @Sendable (_ bytes: [UInt8], _ partnerID: String) async throws -> HTTPResponse

    func handIn(_ bytes: [UInt8], partnerID: String) async throws -> HTTPResponse { try await answer(bytes, partnerID) }
}

private func post(
    _ home: Folders, marker: String? = nil, maxBytes: Int = 1000, quiet: Duration = .zero,
    receiptLimit: Duration = .zero,
    _ answer: @escaping @Sendable (_ bytes: [UInt8], _ partnerID: String) async throws -> HTTPResponse
) -> FolderIntake {
    var settings = FolderIntake.Settings()
    settings.maxBytes = maxBytes
    settings.quiet = quiet
    settings.receiptLimit = receiptLimit
    var court = partner("court", "http://127.0.0.1:9/")
    court.exchange = home.exchange(marker: marker)
    return FolderIntake(
        registry: Registry(partners: [court], institutions: []), settings: settings, now: { Instant(Date()) },
        bits: { .random(in: .min ... .max) }, intake: Submission(answer: answer),
        log: Log(sink: .none, now: { "" }), metrics: Metrics())
}

@Suite struct FolderIntakeTests {
    @Test func `each file is answered and laid aside, by what became of it`() async throws {
        let home = try Folders()
        defer { home.remove() }
        try home.put("good.json", Array("good".utf8))
        try home.put("bad.xml", Array("bad".utf8))
        try home.put("large.json", Array(repeating: 65, count: 1001))
        try FileManager.default.createSymbolicLink(
            at: home.url.appending(path: "in/link.json"), withDestinationURL: URL(filePath: "/etc/hostname"))
        let taken = Mutex<[String]>([])
        let post = post(home) { bytes, partner in
            let text = String(decoding: bytes, as: UTF8.self)
            taken.withLock { $0.append("\(partner) \(text)") }
            return text == "good"
                ? .json(["outcome": "accepted"], status: 202)
                : HTTPResponse(status: 422, headers: [("Content-Type", "application/xml")], body: Array("<p/>".utf8))
        }
        await post.round()
        #expect(taken.withLock { $0 } == ["court bad", "court good"])
        #expect(
            home.names("out") == [
                "bad.xml.error.xml", "good.json.receipt.json", "large.json.error.json", "link.json.error.json",
            ])
        #expect(home.text("out/bad.xml.error.xml") == "<p/>")
        #expect(home.text("out/large.json.error.json").contains("problem:too-large"))
        #expect(home.names("archive") == ["good.json"])
        #expect(home.names("error") == ["bad.xml", "large.json", "link.json"])
        #expect(home.names("in").isEmpty)
    }

    @Test func `a file waits where it is while nothing can be taken`() async throws {
        let home = try Folders()
        defer { home.remove() }
        try home.put("a.json", [65])
        await post(home) { _, _ in throw StoreError.diskFull }.round()
        let waiting = post(home) { _, _ in HTTPResponse(status: 503) }
        await waiting.round()
        #expect(home.names("in/.gateway-claimed") == ["a.json"])
        #expect(home.names("out").isEmpty)
        #expect(waiting.reports.map(\.late) == [1] && waiting.reports.first?.oldest != nil)
        let post = post(home) { _, _ in .json("x", status: 202) }
        await post.round()
        #expect(home.names("archive") == ["a.json"])
        #expect(post.reports.map(\.waiting) == [0])
    }

    @Test func `a claim is no new beginning of the wait`() async throws {
        let home = try Folders()
        defer { home.remove() }
        try home.put("a.json", [65])
        // The file that waits longest is tried again first, and keeps its place.
        let post = post(home) { _, _ in HTTPResponse(status: 503) }
        await post.round()
        let since = try #require(post.reports.first?.oldest)
        await post.round()
        #expect(post.reports.first?.oldest == since)
    }

    @Test func `what is renamed over while it is read is another file, with an answer of its own`() async throws {
        let home = try Folders()
        defer { home.remove() }
        try home.put("a.json", Array("first".utf8))
        let post = post(home) { bytes, _ in
            let text = String(decoding: bytes, as: UTF8.self)
            if text == "first" { try home.put("a.json", Array("second".utf8)) }
            return .json(.string(text), status: 202)
        }
        await post.round()
        #expect(home.text("out/a.json.receipt.json") == "\"first\"")
        #expect(home.text("archive/a.json") == "first")
        #expect(home.text("in/a.json") == "second")
        await post.round()
        #expect(home.text("out/a.json.receipt.json") == "\"second\"")
        #expect(home.names("archive").count == 2 && home.names("in").isEmpty)
    }

    @Test func `a file that was written to while it was read is read again before it is answered`() async throws {
        let home = try Folders()
        defer { home.remove() }
        let folder = ExchangeFolder(path: home.exchange().inbox)
        try home.put("a.json", Array("first".utf8))
        let entry = try #require(try folder.entries().first)
        let other = try FileHandle(forWritingTo: home.url.appending(path: "in/a.json"))
        try other.write(contentsOf: Data("another".utf8))
        // It is not what was looked at: it is put back.
        let folders = PartnerFolders("court", home.exchange())
        try folders.claimed.make()
        #expect(try !folders.claim(entry))
        #expect(home.names("in") == ["a.json"])
        try other.close()
        let again = try #require(try folder.entries().first)
        #expect(try folders.claim(again))
        #expect(home.names("in").isEmpty)
    }

    @Test func `a file is left to rest, and an empty one to be filled, before it is read`() async throws {
        let home = try Folders()
        defer { home.remove() }
        for name in ["a.json", "b.json.TMP", "empty.json"] { try home.put(name, name == "empty.json" ? [] : [65]) }
        let taken = Mutex(0)
        let answer: @Sendable ([UInt8], String) async throws -> HTTPResponse = { bytes, _ in
            taken.withLock { $0 += 1 }
            return bytes.isEmpty ? HTTPResponse(status: 400) : .json("x", status: 202)
        }
        await post(home, quiet: .seconds(3600), answer).round()
        #expect(taken.withLock { $0 } == 0)
        await post(home, receiptLimit: .seconds(3600), answer).round()
        #expect(home.names("in") == ["b.json.TMP", "empty.json"])
        await post(home, answer).round()
        #expect(home.names("in") == ["b.json.TMP"] && home.names("error") == ["empty.json"])
    }

    @Test func `a taken place stops its own file only, which goes on once the place is free`() async throws {
        let home = try Folders()
        defer { home.remove() }
        for name in ["a.json", "b.json", "c.json"] { try home.put(name, [65]) }
        let obstacle = home.url.appending(path: "out/b.json.receipt.json")
        try FileManager.default.createDirectory(
            at: obstacle.appending(path: "full"), withIntermediateDirectories: true)
        let post = post(home) { _, _ in .json("x", status: 202) }
        for _ in 0..<2 { await post.round() }
        #expect(home.names("archive") == ["a.json", "c.json"])
        #expect(post.reports.map(\.unread) == [1] && post.reports.map(\.late) == [1])
        try FileManager.default.removeItem(at: obstacle)
        for _ in 0..<2 { await post.round() }
        #expect(home.names("archive") == ["a.json", "b.json", "c.json"])
        #expect(post.reports.map(\.unread) == [0] && post.reports.map(\.waiting) == [0])
    }

    @Test func `a folder that is gone is told until it is back`() async throws {
        let home = try Folders()
        defer { home.remove() }
        let post = post(home) { _, _ in .json("x", status: 202) }
        let (inbox, away) = (home.url.appending(path: "in"), home.url.appending(path: "away"))
        try FileManager.default.moveItem(at: inbox, to: away)
        await post.round()
        #expect(post.reports.map(\.isAtFault) == [true])
        try FileManager.default.moveItem(at: away, to: inbox)
        await post.round()
        #expect(post.reports.map(\.isAtFault) == [false] && post.reports.first?.troubledSince == nil)
    }

    @Test func `with markers only what has one is taken, and the answer gets one too`() async throws {
        let home = try Folders()
        defer { home.remove() }
        try home.put("a.json", [65])
        try home.put("b.json", [66])
        try home.put("b.json.ok", [])
        let post = post(home, marker: ".ok", quiet: .seconds(3600)) { bytes, _ in
            .json(.string(String(decoding: bytes, as: UTF8.self)), status: 202)
        }
        await post.round()
        #expect(home.names("in") == ["a.json"])
        #expect(home.names("out") == ["b.json.receipt.json", "b.json.receipt.json.ok"])
        #expect(home.names("archive") == ["b.json"])
    }
}
