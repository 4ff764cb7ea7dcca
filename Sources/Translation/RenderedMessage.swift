import Documents

/// A status in a sender's own format.
public struct RenderedMessage: Sendable, Hashable {
    public let bytes: [UInt8]
    public let mediaType: String
}

/// Why a status cannot be put into a sender's format.
public enum RenderError: Error, Sendable, Hashable {
    case noMapping(String)
    /// What the mapping gave breaks the published schema.
    case invalid(rule: String, path: String)
    case unencodable

    /// What was made is no document that may be read.
    init(_ error: DocumentError) { self = .invalid(rule: error.problem.rawValue, path: error.location.path) }

    /// A stable word for logs.
    public var code: String {
        switch self {
        case .noMapping: "noMapping"
        case .invalid: "invalid"
        case .unencodable: "unencodable"
        }
    }
}
