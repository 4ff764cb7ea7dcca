/// A rule as people read it.
public struct RuleEntry: Sendable, Hashable {
    public enum Part: String, Sendable, CaseIterable {
        case routing, precheck, clock, pause, paper
    }

    public let part: Part
    public let id: String
    public let title: String
    /// Its legal basis.
    public let basis: String
    public let version: Int
    /// ISO 8601; nothing where it always held.
    public let from: String?
    /// The last day; nothing where no end is set.
    public let to: String?

    init(_ part: Part, _ head: RuleHead) {
        self.part = part
        id = head.id
        title = head.title
        basis = head.basis
        version = head.version
        from = head.validity.from?.iso
        to = head.validity.to?.iso
    }
}

extension Triage {
    /// Every rule in force, in the order in which they are asked.
    public var book: [RuleEntry] {
        rules.routes.map { RuleEntry(.routing, $0.head) } + rules.prechecks.map { RuleEntry(.precheck, $0.head) }
            + rules.clocks.map { RuleEntry(.clock, $0.head) } + rules.pauses.map { RuleEntry(.pause, $0.head) }
            + rules.needs.map { RuleEntry(.paper, $0.head) }
    }
}
