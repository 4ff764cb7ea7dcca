import Vocabulary

/// Nonces of signed calls, so that none is taken twice: not after a restart, and not by another node.
public protocol NonceStore: Sendable {
    /// - Parameter until: from then on no signature with it would be taken anyway.
    /// - Returns: whether it is the first time.
    func spendNonce(_ nonce: String, of keyID: String, until: Instant) async throws(StoreError) -> Bool
    /// - Returns: how many were forgotten, at most `limit`.
    func forgetNonces(before: Instant, limit: Int) async throws(StoreError) -> Int
}
