/// What kind of agency a sender is. Which kinds there are is data (`Mappings/sender-kinds.xml`).
public struct SenderKind: Sendable, Hashable {
    /// As it stands in applications (`source.senderType`).
    public let code: String
    public let name: LocalizedText
    /// What may be told back.
    public let audience: Audience
    /// What institutions may suggest to it.
    public let suggestions: Set<SuggestionKind>

    public init(code: String, name: LocalizedText, audience: Audience, suggestions: Set<SuggestionKind> = []) {
        self.code = code
        self.name = name
        self.audience = audience
        self.suggestions = suggestions
    }

    /// What hands in the applications that it takes in itself; no data can change it.
    public static let legalAidInstitution = SenderKind(
        code: "legalAidInstitution", name: LocalizedText(zh: "法律援助机构", en: "legal aid institution"), audience: .station)
}

/// Every kind of sender that is known, in the order of the data.
public struct SenderKinds: Sendable {
    public let all: [SenderKind]

    /// - Parameter kinds: without the gateway's own.
    public init(_ kinds: [SenderKind] = []) { all = kinds + [.legalAidInstitution] }

    public subscript(code: String) -> SenderKind? { all.first { $0.code == code } }
    public var codes: [String] { all.map(\.code) }
}

extension SenderKinds {
    /// What the field `source/senderType` of an application may hold.
    public var words: [String: [String]] { ["source/senderType": codes] }
}
