/// An agency system that sends referrals and receives status.
public struct Partner: Sendable {
    public let id: String
    public let name: String
    /// Code of `SenderType`: decides what may be told back.
    public let senderType: String
    /// The unit codes it may sign messages with; empty for any.
    public let senderCodes: [String]
    /// The inbound mappings open to it; empty for all.
    public let mappings: [String]
    /// The outbound mapping of its status messages.
    public let statusMapping: String?
    public var returnAddress: ReturnAddress?
    public let retryPolicy: RetryPolicy
    public var exchange: ExchangeFolders?
    /// When the last of its tokens ends; nothing where one never does.
    public var tokenEnd: Instant?

    public init(
        id: String, name: String, senderType: String, senderCodes: [String], mappings: [String],
        statusMapping: String?, returnAddress: ReturnAddress?, retryPolicy: RetryPolicy
    ) {
        self.id = id
        self.name = name
        self.senderType = senderType
        self.senderCodes = senderCodes
        self.mappings = mappings
        self.statusMapping = statusMapping
        self.returnAddress = returnAddress
        self.retryPolicy = retryPolicy
    }
}

/// A legal aid institution: the consumer of one queue, which bears its code.
public struct Institution: Sendable {
    public let code: String
    public let name: String
    public let phone: String?
    /// GB/T 2260.
    public let division: String?
    public var push: InstitutionPush?

    public init(code: String, name: String, phone: String?, division: String?) {
        self.code = code
        self.name = name
        self.phone = phone
        self.division = division
    }
}

/// Who is known to the gateway.
public struct Registry: Sendable {
    public let partners: [String: Partner]
    public let institutions: [String: Institution]

    public init(partners: [Partner], institutions: [Institution]) {
        self.partners = Dictionary(partners.map { ($0.id, $0) }) { first, _ in first }
        self.institutions = Dictionary(institutions.map { ($0.code, $0) }) { first, _ in first }
    }
}
