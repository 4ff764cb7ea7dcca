/// A legal aid institution: the consumer of one queue, which bears its code.
public struct Institution: Sendable {
    public let code: String
    public let name: String
    public let phone: String?
    /// GB/T 2260.
    public let division: String?
    public var push: InstitutionPush?
    /// Whether its calls must be signed.
    public var mustSign = false

    public init(code: String, name: String, phone: String?, division: String?) {
        self.code = code
        self.name = name
        self.phone = phone
        self.division = division
    }
}
