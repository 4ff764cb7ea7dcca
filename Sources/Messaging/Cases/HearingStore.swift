import Vocabulary

/// Hearings that come.
public protocol HearingStore: Sendable {
    /// The next hearing of each application that is under way and has no lawyer yet, the nearest first.
    func hearingsWithoutLawyer(
        from start: Instant, to end: Instant, limit: Int
    ) async throws(StoreError) -> [Hearing]
}
