import Foundation
import Messaging
import Observability
import StrictJSON
import Synchronization
import Testing
import Transport

@testable import Delivery
@testable import gateway

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

private func post(_ handIn: @escaping FolderIntake.HandIn, maxBytes: Int = 1000) -> FolderIntake {
    var settings = FolderIntake.Settings()
    settings.maxBytes = maxBytes
    return FolderIntake(
        registry: Registry(partners: [], institutions: []), settings: settings, bits: { .random(in: .min ... .max) },
        handIn: handIn, log: Log(sink: .none, now: { "" }), metrics: Metrics())
}

@Suite struct ExchangePostTests {
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

    @Test func `what was taken before a kill is taken once, and every file gets its receipt`() async throws {
        let home = try Folders()
        defer { home.remove() }
        let path = home.url.path
        let gateway = try GatewayProcess(
            courtWays: """
                <exchange in="\(path)/in" out="\(path)/out" archive="\(path)/archive" error="\(path)/error"/>
                """)
        let count = 150
        for number in 0..<count { try home.put("f\(1000 + number).xml", courtNotice("X-\(number)")) }
        // Killed twice in the middle, wherever that is.
        for share in [20, 70] {
            try gateway.start()
            try await eventually("\(share) are answered") { home.names("out").count < share ? nil : true }
            gateway.kill()
        }
        try gateway.start()
        try await eventually("all are taken") { home.names("in").isEmpty ? true : nil }
        #expect(home.names("archive").count == count)
        #expect(home.names("error").isEmpty)
        let receipts = home.names("out")
        #expect(receipts.count == count)
        #expect(receipts.allSatisfy { $0.hasSuffix(".xml.receipt.xml") })
        var leased: [String] = []
        while true {
            let leases = try await gateway.institution.leases()
            for lease in leases where lease.at("application.source.messageId") == "X-0" {
                try await gateway.institution.acknowledge(lease)
            }
            let batch = leases.compactMap { $0.at("application.source.messageId")?.string }
            if batch.isEmpty { break }
            leased += batch
        }
        #expect(leased.sorted() == (0..<count).map { "X-\($0)" }.sorted())
        // The receipt is the one that the store keeps, not another of a second taking.
        for number in [0, 19, 20, 69, 70, count - 1] {
            let kept = try await gateway.remote.ask("GET", "/v1/referrals?messageId=X-\(number)")
            let id = kept["referralId"]?.string ?? "-"
            #expect(home.text("out/f\(1000 + number).xml.receipt.xml").contains(id))
        }
        // And the status comes out as a file of a stable name.
        let first = try await gateway.remote.ask("GET", "/v1/referrals?messageId=X-0")
        let applicationNo = first["applications"]?[0]?["applicationNo"]?.string ?? ""
        _ = try await gateway.institution.ask(
            "POST", "/v1/applications/\(applicationNo)/status", body: Array(#"{"event":"assign"}"#.utf8))
        func isAssigned(_ file: String) -> Bool {
            file.hasSuffix(".status.xml") && home.text("out/\(file)").contains("<JGZT>12</JGZT>")
        }
        try await eventually("the status is out") { home.names("out").first(where: isAssigned) }
        gateway.stop()
        gateway.remove()
    }
}
