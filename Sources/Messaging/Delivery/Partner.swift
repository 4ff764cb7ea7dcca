import Vocabulary

/// An agency system that sends referrals and receives status.
public struct Partner: Sendable {
    public let id: String
    public let name: String
    /// Decides what may be told back.
    public let kind: SenderKind
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
    /// Nothing where the bound is that of all.
    public var callsPerMinute: Int?
    /// Whom to call there, as the settings say it.
    public var contact: String?
    /// Whether its calls must be signed.
    public var mustSign = false

    public init(
        id: String, name: String, kind: SenderKind, senderCodes: [String], mappings: [String],
        statusMapping: String?, returnAddress: ReturnAddress?, retryPolicy: RetryPolicy
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.senderCodes = senderCodes
        self.mappings = mappings
        self.statusMapping = statusMapping
        self.returnAddress = returnAddress
        self.retryPolicy = retryPolicy
    }
}
