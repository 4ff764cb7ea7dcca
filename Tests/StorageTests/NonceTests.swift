import Messaging
import Testing
import Vocabulary

@testable import Storage

@Suite struct NonceTests {
    private static let start = Instant(milliseconds: 1_764_000_000_000)

    @Test(arguments: StoreKind.tried)
    func `of many nodes that are given the same signature at once, one takes it, and none does later`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        let another = try home.opened()
        let stores = [home.store, try await SQLMessageStore(database: another)]
        let end = Self.start.advanced(seconds: 600)
        func taken(_ nonce: String, of key: String) async throws -> Int {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for turn in 0..<16 {
                    group.addTask { try await stores[turn % 2].spendNonce(nonce, of: key, until: end) }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
        }
        for number in 0..<20 { #expect(try await taken("n-\(number)", of: "cz-1") == 1) }
        for number in 0..<20 { #expect(try await taken("n-\(number)", of: "cz-1") == 0) }
        // The same nonce under another key is another signature.
        #expect(try await taken("n-0", of: "cz-2") == 1)
        // What is still within its window is not forgotten.
        #expect(try await home.store.forgetNonces(before: end, limit: 100) == 0)
        #expect(try await home.store.forgetNonces(before: end.advanced(seconds: 1), limit: 100) == 21)
        await another.close()
        await home.remove()
    }
}
