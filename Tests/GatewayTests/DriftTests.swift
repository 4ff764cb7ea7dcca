import Canonical
import Documents
import Foundation
import Messaging
import Observability
import Storage
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import Intake
@testable import Operations
@testable import gateway

@Suite struct DriftWatching {
    private func document(_ change: (inout JSONValue) -> Void) throws -> [UInt8] {
        let file = repository.appending(path: "Mappings/relief-platform/demand/examples/all-fields.json")
        var document = try JSONValue(parsing: [UInt8](Data(contentsOf: file)))
        change(&document)
        return document.serialized()
    }

    private func key(_ byte: UInt8) throws -> KeyedHash { try KeyedHash(key: Array(repeating: byte, count: 32)) }

    private func time(_ date: String) throws -> Timestamp {
        Timestamp(try #require(CalendarDate(iso: date)), hour: 9, minute: 0, second: 0)
    }

    @Test func `new and vanished fields and unknown codes are counted by week, never their values`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "drift-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try SQLiteDatabase(path: folder.appending(path: "store.sqlite").path, maxPending: 64)
        let store = try await SQLMessageStore(database: database)
        let journal = folder.appending(path: "log")
        let metrics = Metrics()
        let watch = DriftWatch(
            store: store, hash: try key(1), log: Log(sink: .file(journal.path), now: { "" }), metrics: metrics)
        let pipeline = try Gateway.pipeline(try shippedConfiguration())
        func send(_ bytes: [UInt8], _ date: String) throws {
            var message = Pipeline.Message(bytes: bytes, receivedAt: try time(date))
            message.observes = true
            let walk = pipeline.walk(message)
            watch.observe(walk.translation, partner: "relief", at: message.receivedAt)
        }

        try send(try document { $0["body"]?["person"]?["gender"] = "绝密甲" }, "2024-02-14")
        try send(try document { _ in }, "2024-02-15")
        await watch.flush()
        try send(
            try document {
                $0["body"]?["person"]?["birthday"] = nil
                $0["body"]?["person"]?["nickname"] = "绝密乙"
                $0["body"]?["person"]?["gender"] = "绝密甲"
            }, "2024-02-20")
        try send(
            try document {
                $0["body"]?["person"]?["birthday"] = nil
                $0["body"]?["person"]?["gender"] = "绝密丙"
            }, "2024-02-25")
        await watch.flush()

        let desk = DriftService(store: store, now: { Instant(milliseconds: 1_708_500_000_000) })
        let second = try await desk.report(partner: "relief", week: "2024-W08")
        let report = try #require(second.reports.first?.json)
        #expect(second.before == "2024-W07" && second.after == "2024-W09")
        #expect(report["documents"] == 2)
        #expect(report["newFields"] == [["path": "/root/body/person/nickname", "documents": 1]])
        #expect(report["vanishedFields"] == [["path": "/root/body/person/birthday", "documents": 2]])
        #expect(report["unknownCodes"] == [["list": "sex", "values": 2, "newValues": 1, "times": 2]])
        #expect(try await desk.report(partner: nil, week: nil).week == "2024-W08")
        #expect(try await desk.report(partner: "other", week: "2024-W08").reports == [])
        // The first week has nothing to be held against.
        let first = try await desk.report(partner: nil, week: "2024-W07")
        #expect(first.reports.first?.newFields == [] && first.reports.first?.vanishedFields == [])
        await #expect(throws: Problem.self) { _ = try await desk.report(partner: nil, week: "2024-W60") }

        #expect(
            metrics.exposition().contains(
                #"gateway_drift_total{partner="relief",mapping="relief-platform/demand",kind="field"} 1"#))
        #expect(try String(contentsOf: journal, encoding: .utf8).contains("documents changed"))
        await database.close()
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let bytes = try Data(contentsOf: folder.appending(path: file))
            #expect(bytes.range(of: Data("绝密".utf8)) == nil, "\(file) holds a value")
        }
        try FileManager.default.removeItem(at: folder)
    }
    @Test func `who has the store but not the key cannot find a value by trying likely ones`() async throws {
        let pipeline = try Gateway.pipeline(try shippedConfiguration())
        var message = Pipeline.Message(
            bytes: try document { $0["body"]?["person"]?["gender"] = "雌" }, receivedAt: try time("2024-02-14"))
        message.observes = true
        let translation = pipeline.walk(message).translation
        var digests: [String] = []
        for byte in [UInt8(1), 1, 2] {
            let store = TallyKeeper()
            let watch = DriftWatch(
                store: store, hash: try key(byte), log: Log(sink: .file("/dev/null"), now: { "" }), metrics: Metrics())
            watch.observe(translation, partner: "relief", at: message.receivedAt)
            await watch.flush()
            digests += await store.tallies.flatMap(\.codes.keys).map(\.digest)
        }
        try #require(digests.count == 3)
        #expect(digests[0] == digests[1] && digests[0] != digests[2])
    }
}

/// A store that keeps what it is given.
private actor TallyKeeper: DriftStore {
    private(set) var tallies: [DriftTally] = []

    func add(_ tallies: [DriftTally]) async throws(StoreError) -> [DriftNews] {
        self.tallies += tallies
        return []
    }

    func drift(partner: String?, week: String, since: String) async throws(StoreError) -> [DriftReport] { [] }
}
