import StrictJSON

/// What became of an act on a dead letter.
public enum DeadLetterActResult: Sendable, Hashable {
    case done
    /// It is no dead letter any more, or is one again: somebody else was first.
    case stale
    case notFound
}
