/// A rule as people read it.
public struct RuleEntry: Sendable, Hashable {
    public enum Part: String, Sendable, CaseIterable {
        case routing, precheck, clock, pause, paper
    }

    public let part: Part
    public let id: String
    public let title: String
    /// What it has in common with the other clocks of its number.
    public let family: String?
    /// Its legal basis.
    public let basis: String
    public let version: Int
    /// ISO 8601; nothing where it always held.
    public let from: String?
    /// The last day; nothing where no end is set.
    public let to: String?

    init(_ part: Part, _ head: RuleHead, family: String? = nil) {
        self.part = part
        id = head.id
        title = head.title
        self.family = family
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
            + rules.clocks.map { RuleEntry(.clock, $0.head, family: $0.family) }
            + rules.pauses.map { RuleEntry(.pause, $0.head) }
            + rules.needs.map { RuleEntry(.paper, $0.head) }
    }
}

extension [RuleEntry] {
    /// What people call the clocks of a number, such as 审查决定; nothing where several say different things and none says
    /// what they have in common.
    public func title(ofClock id: String) -> String? {
        let clocks = filter { $0.part == .clock && $0.id == id }
        let titles = Set(clocks.map(\.title))
        return clocks.compactMap(\.family).first ?? (titles.count == 1 ? titles.first : nil)
    }

    /// The articles that set the limit of a number.
    public func basis(ofClock id: String) -> String? {
        let bases = Set(filter { $0.part == .clock && $0.id == id }.map(\.basis)).sorted()
        return bases.isEmpty ? nil : bases.joined(separator: "；")
    }
}
