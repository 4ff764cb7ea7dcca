/// What is wrong with the store's file as a whole. While it lasts nothing is acknowledged: it would not be there later.
public enum StoreFault: String, Sendable, Hashable, CaseIterable {
    /// The file, or its log, is not where it was opened: removed, replaced, or another device is mounted there.
    case lost
    /// SQLite has found pages of it that cannot be right.
    case damaged
    /// The device has no room.
    case full
}
