/// What is wrong with the store's file as a whole. While it lasts nothing is acknowledged: it would not be there later.
public enum StoreFault: String, Sendable, Hashable, CaseIterable {
    /// The file, or its log, is not where it was opened: removed, replaced, or another device is mounted there.
    case lost
    /// SQLite has found pages of it that cannot be right.
    case damaged
    /// The device has no room.
    case full
    /// The device refuses to be read or written: it fails, is read-only, or its owner has no more room on it than a quota.
    case unwritable

    /// Whether only a write tells that it is over.
    public var endsWithAWrite: Bool {
        switch self {
        case .full, .unwritable: true
        case .lost, .damaged: false
        }
    }
}
