import Vocabulary

/// Which leads a list shows.
public struct LeadFilter: Sendable {
    public var institution: String?
    /// Those too that lie with no institution.
    public var includesUnplaced: Bool
    /// Only those that have come so far; those that somebody must still do something about where nothing is said.
    public var state: LeadState?

    public init(institution: String? = nil, includesUnplaced: Bool = false, state: LeadState? = nil) {
        self.institution = institution
        self.includesUnplaced = includesUnplaced
        self.state = state
    }
}
