/// What a receiver's answer must say before the message counts as delivered.
public struct AgreedAnswer: Sendable, Hashable {
    /// XPath 1.0 over the answer; in JSON the outermost value is `/root`.
    public let path: String
    public let equals: String

    public init(path: String, equals: String) {
        self.path = path
        self.equals = equals
    }
}
