import Vocabulary

/// Which leads a list shows.
public struct LeadFilter: Sendable {
    public var institution: String?
    /// Only those that have come so far; those that somebody must still do something about where nothing is said.
    public var state: LeadState?

    public init(institution: String? = nil, state: LeadState? = nil) {
        self.institution = institution
        self.state = state
    }
}
