import Foundation
import Messaging
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import Operations
@testable import Storage

/// The audit chain under the gateway's key, and what is written into it about the gateway itself.
@Suite final class AuditSealTests: Sendable {
    private let key: KeyedHash
    private let watch = AuditTrailWatch()
    private let handedOut = Mutex<[AuditSeal]>([])

    init() throws { key = try KeyedHash(key: [UInt8](repeating: 7, count: 32)) }

    private func sealing(_ store: SQLMessageStore, _ bench: Bench) -> AuditSealing {
        AuditSealing(store: store, key: key, memory: nil, watch: watch, every: .seconds(3600), now: { bench.clock.now })
        {
            [self] seal in
            handedOut.withLock { $0.append(seal) }
        }
    }

    private func fill(_ store: SQLMessageStore, _ count: Int, _ bench: Bench) async throws {
        for number in 0..<count {
            try await store.record(
                AuditAct(system: .unmask, on: "L\(number)", detail: "because", at: bench.clock.now))
        }
    }

    /// Writes the whole chain anew without the row, each row right by itself, and the store's note of its end with it.
    private func rewrite(without seq: Int, _ bench: Bench) async throws {
        try await bench.database.write { connection throws(StoreError) in
            let rows = try connection.query(
                "SELECT at, action, subject, detail FROM audit WHERE seq <> ? ORDER BY seq", [.int(seq)]
            ) { row throws(StoreError) in
                AuditAct(
                    system: try row.word("action"), on: try row.text("subject"), detail: try row.text("detail"),
                    at: try row.instant("at"))
            }
            try connection.run("DELETE FROM audit", [])
            try connection.run("UPDATE audit_head SET seq = 0, hash = ?", [.text(AuditHead.start.hash)])
            for row in rows { try Audit.append(row, connection) }
        }
    }

    @Test func `a chain written anew from any row on does not pass through its seals`() async throws {
        for removed in [1, 4, 9] {
            let bench = try await Bench()
            let store = try await SQLMessageStore(database: bench.database)
            try await fill(store, 10, bench)
            try await sealing(store, bench).run()
            try await fill(store, 5, bench)
            #expect(try await bench.services.audit.verify().isIntact)
            try await rewrite(without: removed, bench)
            // With the row that the sealing began with.
            #expect(try await bench.services.audit.verify().breaks == [.headDiffers(known: 11, end: 11)])
            await bench.remove()
        }
    }

    @Test func `a seal made by somebody without the key is named, and so is a store that forgot the chain's end`()
        async throws
    {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        try await fill(store, 3, bench)
        let head = try #require(try await store.auditHead())
        try await store.addAuditSeal(
            AuditSeal(head: head, at: bench.clock.now, code: String(repeating: "0", count: 32)), endCode: "")
        #expect(try await bench.services.audit.verify().breaks == [.forgedSeal(seq: 3)])
        try await bench.database.write { connection throws(StoreError) in
            _ = try connection.run("DELETE FROM audit_head", [])
        }
        #expect(try await bench.services.audit.verify().breaks == [.headless, .forgedSeal(seq: 3)])
        await bench.remove()
    }

    @Test func `a head is handed out when it is time and has moved, and again where that failed`() async throws {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        let sealing = sealing(store, bench)
        try await sealing.run()
        try await fill(store, 1, bench)
        try await sealing.run()
        #expect(handedOut.withLock { $0.map(\.head.seq) } == [1])
        bench.clock.advance(3600)
        try await sealing.run()
        bench.clock.advance(3600)
        try await sealing.run()
        #expect(handedOut.withLock { $0.map(\.head.seq) } == [1, 2])
        #expect(try await store.auditSeals(after: 0, limit: 10).map(\.head.seq) == [1, 2])
        for seal in handedOut.withLock({ $0 }) { #expect(seal.code == key.hash(seal.text)) }
        await bench.remove()
    }

    /// What somebody may do to the end's seal who can write the store and has no key.
    enum EndForgery: CaseIterable { case left, removed, ofTheWay, ofTheWayWithItsCode }

    @Test(arguments: EndForgery.allCases)
    func `a trail that was cut together with its seals is found, wherever it was cut`(_ forgery: EndForgery)
        async throws
    {
        for last in 1...8 {
            let bench = try await Bench()
            let store = try await SQLMessageStore(database: bench.database)
            let sealing = sealing(store, bench)
            for _ in 0..<4 {
                try await sealing.run()
                try await fill(store, 2, bench)
            }
            try await sealing.run()
            #expect(try await bench.services.audit.verify().isIntact)
            #expect(try await store.auditHead()?.seq == 9)
            try await bench.database.write { connection throws(StoreError) in
                let cut = [
                    "DELETE FROM audit WHERE seq > \(last)", "DELETE FROM audit_seal WHERE seq > \(last)",
                    "UPDATE audit_head SET seq = \(last), hash = (SELECT hash FROM audit WHERE seq = \(last))",
                ]
                let way = "FROM audit_seal ORDER BY seq DESC LIMIT 1"
                let forged =
                    switch forgery {
                    case .left: [String]()
                    case .removed: ["DELETE FROM audit_end"]
                    case .ofTheWay:
                        ["UPDATE audit_end SET seq = \(last), hash = (SELECT hash FROM audit WHERE seq = \(last))"]
                    case .ofTheWayWithItsCode:
                        [
                            "DELETE FROM audit_end",
                            "INSERT INTO audit_end (id, seq, hash, at, code) SELECT 1, seq, hash, at, code \(way)",
                        ]
                    }
                for statement in cut + forged { try connection.run(statement, []) }
            }
            // Neither the gateway that runs nor the next one covers it by a seal of its own.
            for gateway in [sealing, self.sealing(store, bench)] {
                await #expect(throws: AuditSealing.Broken.self) { try await gateway.run() }
                #expect(watch.brokenSince != nil)
            }
            #expect(try await !bench.services.audit.verify().isIntact, "\(forgery) at \(last)")
            await bench.remove()
        }
    }

    /// What somebody does who can write the store, has no key, and knows how chains are made.
    enum WholeForgery: CaseIterable { case emptied, rewrittenUnsealed, keyGivenUp, endBeforeTheFirst, rowBelowTheFirst }

    @Test(arguments: WholeForgery.allCases)
    func `a trail that was written anew from its first row on is found by what is remembered outside`(
        _ forgery: WholeForgery
    ) async throws {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        let memory = RememberedHead()
        func sealing() -> AuditSealing {
            AuditSealing(
                store: store, key: key, memory: memory, watch: watch, every: .seconds(3600),
                now: { bench.clock.now }, handOut: { _ in })
        }
        let service = AuditService(store: store, key: key, memory: memory)
        try await sealing().run()
        try await fill(store, 8, bench)
        try await sealing().run()
        #expect(try await service.verify().isIntact)
        #expect(memory.seal?.head.seq == 9)
        if forgery == .rewrittenUnsealed || forgery == .keyGivenUp { try await rewrite(without: 1, bench) }
        try await bench.database.write { connection throws(StoreError) in
            let statements =
                switch forgery {
                case .emptied:
                    [
                        "DELETE FROM audit", "DELETE FROM audit_seal", "DELETE FROM audit_end",
                        "UPDATE audit_head SET seq = 0, hash = '\(AuditHead.start.hash)'",
                    ]
                case .rewrittenUnsealed: ["DELETE FROM audit_seal", "DELETE FROM audit_end"]
                case .keyGivenUp:
                    [
                        "DELETE FROM audit_seal",
                        "UPDATE audit_end SET seq = 1, hash = (SELECT hash FROM audit WHERE seq = 1), code = '00'",
                    ]
                case .endBeforeTheFirst: ["UPDATE audit_end SET seq = \(Int.min)"]
                case .rowBelowTheFirst:
                    [
                        """
                        INSERT INTO audit SELECT \(Int.min), at, actor, role, action, subject, detail, previous, hash
                        FROM audit WHERE seq = 1
                        """
                    ]
                }
            for statement in statements { try connection.run(statement, []) }
        }
        if forgery == .keyGivenUp {
            try await store.record(
                AuditAct(system: .giveUpIdentityKey, on: "identity key", detail: "", at: bench.clock.now))
        }
        #expect(try await !service.verify().isIntact, "\(forgery)")
        if forgery != .rowBelowTheFirst {
            await #expect(throws: AuditSealing.Broken.self) { try await sealing().run() }
            #expect(memory.seal?.head.seq == 9)
        }
        await bench.remove()
    }

    @Test func `a chain that goes on after its seal, before any or under a key that was given up, is whole`()
        async throws
    {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        try await fill(store, 3, bench)
        #expect(try await bench.services.audit.verify().isIntact)
        try await sealing(store, bench).run()
        try await fill(store, 3, bench)
        #expect(try await bench.services.audit.verify().isIntact)
        try await store.record(
            AuditAct(system: .giveUpIdentityKey, on: "identity key", detail: "", at: bench.clock.now))
        let other = try KeyedHash(key: [UInt8](repeating: 8, count: 32))
        let service = AuditService(store: store, key: other, memory: nil)
        #expect(try await service.verify().isIntact)
        let sealing = AuditSealing(
            store: store, key: other, memory: nil, watch: watch, every: .seconds(3600), now: { bench.clock.now },
            handOut: { _ in })
        try await sealing.run()
        #expect(watch.brokenSince == nil)
        #expect(try await store.auditEnd()?.head == store.auditHead())
        #expect(try await service.verify().isIntact)
        await bench.remove()
    }

    @Test func `a seal that was taken away and made anew by a tool with the key leaves a second beginning`()
        async throws
    {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        try await fill(store, 1, bench)
        try await sealing(store, bench).run()
        try await bench.database.write { connection throws(StoreError) in
            _ = try connection.run("DELETE FROM audit_end", [])
        }
        let key = key
        let moment = bench.clock.now
        let act = AuditAct(system: .beginSealing, on: "audit", detail: "", at: moment)
        for _ in 0..<2 {
            try await store.beginAuditSealing(act) { key.hash(AuditSeal.endText(of: $0, at: moment)) }
        }
        #expect(try await bench.services.audit.verify().breaks == [.sealedAnew(seq: 3)])
        await bench.remove()
    }

    @Test func `a flood of refused credentials is a few rows with how many there were`() async throws {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        let refusals = RefusedCredentials(store: store, now: { bench.clock.now })
        for number in 0..<1000 { refusals.note(.unknownToken, of: nil, from: "198.51.100.\(number % 100)") }
        refusals.note(.expiredToken, of: Caller(role: .partner, id: "court"), from: "192.0.2.1")
        try await refusals.flush()
        let rows = try await bench.services.audit.entries(AuditFilter(), before: nil, limit: 100)
        #expect(rows.count <= RefusedCredentials.limit + 2)
        let counted = rows.compactMap { Int($0.detail.split(separator: " ")[1].dropFirst()) }.reduce(0, +)
        #expect(counted == 1001)
        try await refusals.flush()
        #expect(try await bench.services.audit.entries(AuditFilter(), before: nil, limit: 100).count == rows.count)
        await bench.remove()
    }
}

/// The end of a trail as a test remembers it.
private final class RememberedHead: AuditHeadMemory {
    private let kept = Mutex<AuditSeal?>(nil)
    var seal: AuditSeal? { kept.withLock { $0 } }
    func remembered() -> AuditSeal? { seal }
    func remember(_ seal: AuditSeal) { kept.withLock { $0 = seal } }
}
