import Messaging
import Testing
import Vocabulary

@testable import Storage

@Suite struct UploadStoreTests {
    private static let start = Instant(milliseconds: 1_764_000_000_000)

    private static func upload(_ name: String, of partner: String = "court", size: Int = 10) -> Upload {
        Upload(
            facts: Upload.Facts(sha256: name, sm3: name, mediaType: "application/pdf", size: size), partnerID: partner,
            bytes: Array(repeating: 1, count: size))
    }

    @Test(arguments: StoreKind.tried)
    func `uploads that nobody refers to are erased in time, and those that are held or referred to are not`(
        kind: StoreKind
    ) async throws {
        let home = try await TemporaryStore(kind)
        let store = home.store
        let end = Self.start.advanced(seconds: 60)
        for name in ["a", "b", "c"] {
            let result = try await store.keep(Self.upload(name), until: end, quota: 30, now: Self.start)
            #expect(result == .stored(until: end))
        }
        #expect(
            try await store.keep(Self.upload("d"), until: end, quota: 30, now: Self.start)
                == .overQuota(waiting: 30, until: end))
        // Another partner's bytes are no part of it, nor can it hold them.
        let other = try await store.keep(Self.upload("a", of: "civil"), until: end, quota: 30, now: Self.start)
        #expect(other == .stored(until: end))
        let held = try await store.holdUploads(["a", "d"], of: "court", until: end.advanced(seconds: 60))
        #expect(held.keys.sorted() == ["a"])
        var message = referral("M1")
        message.uploads = ["b", "b"]
        #expect(try await store.accept(message) == .stored)
        #expect(try await store.eraseUploads(now: end.advanced(seconds: -1), limit: 10) == 0)
        #expect(try await store.eraseUploads(now: end, limit: 10) == 2)
        #expect(try await store.upload("c", of: "court") == nil)
        #expect(try await store.upload("a", of: "civil") == nil)
        #expect(try await store.upload("a", of: "court")?.bytes.count == 10)
        #expect(try await store.eraseUploads(now: end.advanced(seconds: 60), limit: 10) == 1)
        #expect(try await store.eraseUploads(now: end.advanced(seconds: 1_000_000_000), limit: 10) == 0)
        #expect(try await store.upload("b", of: "court") != nil)
        let known = try await store.keep(Self.upload("b"), until: end, quota: 30, now: Self.start)
        #expect(known == .known(until: nil))
        await home.remove()
    }
}
