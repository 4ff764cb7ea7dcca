/// What became of laying a waiting message beside an application that a person named.
public enum FollowUpAttachment: Sendable, Hashable {
    case done
    /// It waits no more: somebody else was first, or its referral has come.
    case stale
    /// No such application.
    case noApplication
    /// It names another person than the application's, or does nothing to an application that stands there.
    case notTheirs
}
