import Synchronization

/// What was opened with a reason in a sitting: the reason is asked for once for each message, and a page may be loaded
/// again. Kept in memory; another node, or a restart, asks anew.
public final class OpenedDocuments: Sendable {
    /// How much of a message.
    public enum Extent: Sendable, Hashable { case failingFields, whole }

    private struct Key: Hashable {
        let session: String
        let subject: String
        let extent: Extent
    }

    private static let most = 10_000

    private let opened = Mutex<[Key: String]>([:])

    public init() {}

    /// Notes that somebody has given a reason, which is in the audit trail by then.
    public func note(_ subject: String, _ extent: Extent, by visitor: SignInService.Visitor, reason: String) {
        opened.withLock { opened in
            if opened.count >= Self.most { opened = [:] }
            opened[Key(session: visitor.tokenHash, subject: subject, extent: extent)] = reason
        }
    }

    /// The reason that was given in this sitting; nothing where none was.
    public func reason(_ subject: String, _ extent: Extent, by visitor: SignInService.Visitor) -> String? {
        opened.withLock { $0[Key(session: visitor.tokenHash, subject: subject, extent: extent)] }
    }

    /// A sitting is over.
    public func forget(_ visitor: SignInService.Visitor) {
        opened.withLock { $0 = $0.filter { $0.key.session != visitor.tokenHash } }
    }
}
