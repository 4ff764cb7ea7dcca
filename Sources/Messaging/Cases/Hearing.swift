import Vocabulary

/// A hearing of an application that has no lawyer.
public struct Hearing: Sendable, Hashable {
    public let applicationNo: String
    /// The institution that is responsible.
    public let institution: String?
    public let at: Instant

    public init(applicationNo: String, institution: String?, at: Instant) {
        self.applicationNo = applicationNo
        self.institution = institution
        self.at = at
    }
}
