import Vocabulary

/// Who is calling, once their credential has been proved.
public struct Caller: Sendable, Hashable {
    public enum Role: String, Sendable, CaseIterable {
        case partner, institution, `operator`
    }

    public let role: Role
    /// The partner's id, the institution's code or the operator's name.
    public let id: String
    /// What kind of operator; partners and institutions have none.
    public let operatorRole: OperatorRole?

    public init(role: Role, id: String, operatorRole: OperatorRole? = nil) {
        self.role = role
        self.id = id
        self.operatorRole = role == .operator ? operatorRole ?? .operator : nil
    }

    /// Whether it sees no personal data at all: an operator who may only look.
    public var isViewer: Bool { operatorRole?.rights == [.look] }

    public func may(_ right: OperatorRight) -> Bool { operatorRole?.rights.contains(right) ?? false }
}
