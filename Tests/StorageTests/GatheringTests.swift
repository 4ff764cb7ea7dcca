import Foundation
import Messaging
import Testing

@testable import Storage

@Suite struct GatheringTests {
    @Test(arguments: StoreKind.tried)
    func `what is here waits for what is underway and shares one transaction with it`(kind: StoreKind) async throws {
        let underway = CommitsUnderway()
        let home = try await TemporaryStore(kind, underway: underway, patience: .seconds(3600))
        let announcement = underway.announce()
        async let first = home.store.accept(referral("M1"))
        async let second = home.store.accept(referral("M2"))
        while home.gatheringCount < 2 { await Task.yield() }
        announcement.arrived()
        #expect(try await home.store.accept(referral("M3")) == .stored)
        #expect(try await [first, second] == [.stored, .stored])
        await home.database.close()
        #expect(home.groups.last == 3)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `what fails is undone alone and the rest of its group stays`(kind: StoreKind) async throws {
        let underway = CommitsUnderway()
        let home = try await TemporaryStore(kind, underway: underway, patience: .seconds(3600))
        let announcement = underway.announce()
        async let first = home.store.accept(referral("M1"))
        let failing = Task {
            try await home.database.write { connection throws(StoreError) in
                try connection.run("INSERT INTO heartbeat (id, at) VALUES (1, 1)", [])
                throw .failed("on purpose")
            }
        }
        while home.gatheringCount < 2 { await Task.yield() }
        announcement.arrived()
        #expect(try await home.store.accept(referral("M2")) == .stored)
        #expect(try await first == .stored)
        await #expect(throws: StoreError.failed("on purpose")) { try await failing.value }
        #expect(try await home.store.referral(partner: "court", messageID: "M1") != nil)
        #expect(try await home.store.referral(partner: "court", messageID: "M2") != nil)
        let beats = try await home.database.read { connection throws(StoreError) in
            try connection.query("SELECT 1 FROM heartbeat", []) { _ in true }
        }
        #expect(beats.isEmpty)
        await home.database.close()
        #expect(home.groups.last == 3)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `what never comes holds nothing up`(kind: StoreKind) async throws {
        let underway = CommitsUnderway()
        let home = try await TemporaryStore(kind, underway: underway, patience: .milliseconds(1))
        let announcement = underway.announce()
        #expect(try await home.store.accept(referral("M1")) == .stored)
        announcement.arrived()
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `a store that closes waits for nothing`(kind: StoreKind) async throws {
        let underway = CommitsUnderway()
        let home = try await TemporaryStore(kind, underway: underway, patience: .seconds(3600))
        let announcement = underway.announce()
        async let stored = home.store.accept(referral("M1"))
        while home.gatheringCount < 1 { await Task.yield() }
        await home.remove()
        #expect(try await stored == .stored)
        announcement.arrived()
    }
}
