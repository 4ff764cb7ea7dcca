import Synchronization
import Vocabulary

/// Edits that are not sent yet, by account and dead letter: they outlive the page, the language and the session. Kept in
/// memory, since they hold personal data and nobody is to find them later; a restart of the gateway ends them.
public final class EditDrafts: Sendable {
    public struct Draft: Sendable, Hashable {
        public let text: String
        public let reason: String
        public let savedAt: Instant
    }

    private struct Key: Hashable {
        let account: String
        let deadLetter: String
    }

    /// For so long a draft waits for its writer.
    private static let kept: Duration = .seconds(12 * 3600)
    /// Bytes of all drafts together; beyond it the oldest go.
    private static let most = 64 << 20

    private let drafts = Mutex<[Key: Draft]>([:])

    public init() {}

    public func save(_ text: String, reason: String, of deadLetter: String, by account: String, at now: Instant) {
        drafts.withLock { drafts in
            drafts = drafts.filter { $0.value.savedAt.advanced(by: Self.kept) > now }
            drafts[Key(account: account, deadLetter: deadLetter)] = Draft(text: text, reason: reason, savedAt: now)
            var size = drafts.values.reduce(0) { $0 + $1.text.utf8.count }
            for (key, draft) in drafts.sorted(by: { $0.value.savedAt < $1.value.savedAt }) where size > Self.most {
                drafts[key] = nil
                size -= draft.text.utf8.count
            }
        }
    }

    public func draft(of deadLetter: String, by account: String, at now: Instant) -> Draft? {
        drafts.withLock { drafts in
            drafts[Key(account: account, deadLetter: deadLetter)].flatMap {
                $0.savedAt.advanced(by: Self.kept) > now ? $0 : nil
            }
        }
    }

    public func drop(_ deadLetter: String, by account: String) {
        drafts.withLock { $0[Key(account: account, deadLetter: deadLetter)] = nil }
    }

    /// The letter is dealt with: nobody's draft of it is of use.
    public func drop(_ deadLetter: String) {
        drafts.withLock { $0 = $0.filter { $0.key.deadLetter != deadLetter } }
    }
}
