import Messaging
import Vocabulary

/// Messages that came before the referral they belong to, and wait for it.
public struct ParkedMessageService: Sendable {
    /// More of them are not listed: with so many, it is their sender that wants looking at.
    public static let most = 200

    let store: any FollowUpStore
    let now: @Sendable () -> Instant

    public init(store: any FollowUpStore, now: @escaping @Sendable () -> Instant) {
        self.store = store
        self.now = now
    }

    /// Those that are given up first come first; at most `most`.
    public func list() async throws(StoreError) -> [FollowUpRecord] {
        try await store.parkedFollowUps(limit: Self.most)
    }
}
