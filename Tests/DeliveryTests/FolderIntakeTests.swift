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
    maxBytes: Int = 1000,
    _ answer: @escaping @Sendable (_ bytes: [UInt8], _ partnerID: String) async throws -> HTTPResponse
) -> FolderIntake {
    var settings = FolderIntake.Settings()
    settings.maxBytes = maxBytes
    return FolderIntake(
        registry: Registry(partners: [], institutions: []), settings: settings, bits: { .random(in: .min ... .max) },
        intake: Submission(answer: answer), log: Log(sink: .none, now: { "" }), metrics: Metrics())
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
        let post = post { bytes, partner in
            let text = String(decoding: bytes, as: UTF8.self)
            taken.withLock { $0.append("\(partner) \(text)") }
            return text == "good"
                ? .json(["outcome": "accepted"], status: 202)
                : HTTPResponse(status: 422, headers: [("Content-Type", "application/xml")], body: Array("<p/>".utf8))
        }
        await post.round(of: "court", home.exchange())
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
        await post { _, _ in throw StoreError.diskFull }.round(of: "court", home.exchange())
        await post { _, _ in HTTPResponse(status: 503) }.round(of: "court", home.exchange())
        #expect(home.names("in") == ["a.json"])
        #expect(home.names("out").isEmpty)
    }

    @Test func `with markers only what has one is taken, and the answer gets one too`() async throws {
        let home = try Folders()
        defer { home.remove() }
        try home.put("a.json", [65])
        try home.put("b.json", [66])
        try home.put("b.json.ok", [])
        let post = post { bytes, _ in .json(.string(String(decoding: bytes, as: UTF8.self)), status: 202) }
        await post.round(of: "court", home.exchange(marker: ".ok"))
        #expect(home.names("in") == ["a.json"])
        #expect(home.names("out") == ["b.json.receipt.json", "b.json.receipt.json.ok"])
        #expect(home.names("archive") == ["b.json"])
    }
}
