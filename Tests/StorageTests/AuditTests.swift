import Foundation
import Messaging
import Testing
import Vocabulary

@testable import Storage

/// The chain of audit rows, tampered with in every way that SQL allows.
@Suite struct AuditTests {
    private static let rows = 20

    private func filled(_ kind: StoreKind) async throws -> TemporaryStore {
        let home = try await TemporaryStore(kind)
        for number in 1...Self.rows { try await home.store.record(act(.unmask, on: "L\(number)")) }
        return home
    }

    private func verify(_ home: TemporaryStore, known: [AuditHead] = []) async throws -> AuditVerifier {
        let end = try #require(try await home.store.auditHead())
        var verifier = AuditVerifier(known: known + [end], sm3: { digest($0) })
        let entries = try await home.store.auditEntries(AuditFilter(), after: nil, newestFirst: false, limit: 1000)
        for entry in entries { verifier.read(entry) }
        verifier.finish()
        return verifier
    }

    /// What is found after the statements; the chain is as before afterwards.
    private func found(after statements: [String], in home: TemporaryStore) async throws -> [AuditVerifier.Break] {
        try await home.database.write { connection throws(StoreError) in
            _ = try connection.run("CREATE TABLE kept AS SELECT * FROM audit", [])
            for statement in statements { _ = try connection.run(statement, []) }
        }
        let found = try await verify(home).breaks
        try await home.database.write { connection throws(StoreError) in
            _ = try connection.run("DELETE FROM audit", [])
            _ = try connection.run("INSERT INTO audit SELECT * FROM kept", [])
            _ = try connection.run("DROP TABLE kept", [])
        }
        return found
    }

    @Test(arguments: StoreKind.tried)
    func `an untouched chain is intact and passes through the heads that were kept`(kind: StoreKind) async throws {
        let home = try await filled(kind)
        let kept = try #require(try await home.store.auditHead())
        try await home.store.record(act(.signIn, on: "wang"))
        let verifier = try await verify(home, known: [kept])
        #expect(verifier.isIntact)
        #expect(verifier.head.seq == Self.rows + 1)
        let mine = try await home.store.auditEntries(
            AuditFilter(subject: "L7"), after: nil, newestFirst: true, limit: 10)
        #expect(mine.map(\.seq) == [7])
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `a change of any column of any row is named by its number`(kind: StoreKind) async throws {
        let home = try await filled(kind)
        let columns = [
            "at = at + 1", "actor = 'li'", "role = 'viewer'", "action = 'discard'", "subject = subject || ' '",
            "detail = 'nothing'", "detail = 'because' || char(0)", "previous = hash", "hash = previous",
        ]
        // No text of PostgreSQL's holds a NUL.
        .filter { kind == .sqlite || !$0.contains("char(0)") }
        for row in 1...Self.rows {
            for column in columns {
                let found = try await found(after: ["UPDATE audit SET \(column) WHERE seq = \(row)"], in: home)
                #expect(found.first == .changed(seq: row), "\(column) of \(row)")
            }
        }
        #expect(try await verify(home).isIntact)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `any row or run of rows that is removed is named`(kind: StoreKind) async throws {
        let home = try await filled(kind)
        for first in 1...Self.rows {
            for last in Set([first, min(first + 2, Self.rows), Self.rows]) {
                let found = try await found(
                    after: ["DELETE FROM audit WHERE seq BETWEEN \(first) AND \(last)"], in: home)
                #expect(
                    found == [
                        last == Self.rows
                            ? .headDiffers(known: Self.rows, end: first - 1) : .missing(from: first, to: last)
                    ])
            }
        }
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `rows that change places are named, and so is what stands before the first`(kind: StoreKind) async throws {
        let home = try await filled(kind)
        for (one, other) in [(6, 7), (1, 20), (3, 12)] {
            let found = try await found(
                after: [
                    "UPDATE audit SET seq = -1 WHERE seq = \(one)",
                    "UPDATE audit SET seq = \(one) WHERE seq = \(other)",
                    "UPDATE audit SET seq = \(other) WHERE seq = -1",
                ], in: home)
            #expect(found.contains(.changed(seq: one)) && found.contains(.changed(seq: other)))
        }
        for stray in [0, -5] {
            #expect(
                try await found(
                    after: ["INSERT INTO audit SELECT \(stray), \(Self.columns) FROM audit WHERE seq = 1"], in: home)
                    == [.stray(seq: stray)])
        }
        await home.remove()
    }

    private static let columns = "at, actor, role, action, subject, detail, previous, hash"

    @Test(arguments: StoreKind.tried)
    func `a row that is whole by itself is named where it does not follow`(kind: StoreKind) async throws {
        let home = try await filled(kind)
        let forged = act(.unmask, on: "L9").sealed(after: AuditHead(seq: 8, hash: "0"))
        let found = try await found(
            after: ["UPDATE audit SET previous = '0', hash = '\(forged.hash)' WHERE seq = 9"], in: home)
        #expect(found == [.unchained(seq: 9), .unchained(seq: 10)])
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `a chain cut short with its head is betrayed by a head kept elsewhere`(kind: StoreKind) async throws {
        let home = try await filled(kind)
        let kept = try #require(try await home.store.auditHead())
        for sql in [
            "DELETE FROM audit WHERE seq > 10",
            "UPDATE audit_head SET seq = 10, hash = (SELECT hash FROM audit WHERE seq = 10)",
        ] {
            try await home.database.write { connection throws(StoreError) in _ = try connection.run(sql, []) }
        }
        #expect(try await verify(home).isIntact)
        #expect(try await verify(home, known: [kept]).breaks == [.headDiffers(known: 20, end: 10)])
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `whatever characters a reason has, the chain stays whole and gives them back`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        var random = SplitMix(seed: 14)
        var reasons = [
            "", "\u{0}", "a\u{0}b", "\u{FFFF}\u{10FFFF}", "é e\u{301}", "\"\\\r\n\t\u{7F}\u{85}\u{2028}", "null",
        ]
        for _ in 0..<300 {
            let scalars = (0..<Int.random(in: 1...40, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random))
            }
            reasons.append(String(String.UnicodeScalarView(scalars)))
        }
        for reason in reasons {
            try await home.store.record(
                AuditAct(
                    at: start, actor: "wang", role: "operator", action: .discard, subject: "L\u{0}1", detail: reason,
                    sm3: { digest($0) }))
        }
        #expect(try await verify(home).isIntact)
        let kept = try await home.store.auditEntries(AuditFilter(), after: nil, newestFirst: false, limit: 1000)
        #expect(kept.map { Array($0.detail.utf8) } == reasons.map { Array($0.utf8) })
        await home.remove()
    }
}

/// The same numbers in every run.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
