/// A way to find an application again.
public enum CaseName: Sendable, Hashable {
    case applicationNo(String)
    /// A message's number in the gateway; all applications made from it are meant.
    case referral(String)
    /// The sender's own message; all applications made from it are meant.
    case message(partner: String, id: String)
    /// A keyed hash of a person, a case number or a sender's reference: personal data never stand in an index.
    case key(String)

    /// The name in the store.
    public var text: String {
        switch self {
        case .applicationNo(let number): "a:\(number)"
        case .referral(let id): "r:\(id)"
        case .message(let partner, let id): "m:\(partner):\(id)"
        case .key(let hash): "k:\(hash)"
        }
    }

    public init?(text: String) {
        let value = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "a:": self = .applicationNo(value)
        case "r:": self = .referral(value)
        case "k:": self = .key(value)
        case "m:":
            let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            self = .message(partner: String(parts[0]), id: String(parts[1]))
        default: return nil
        }
    }
}
