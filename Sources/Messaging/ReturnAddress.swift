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

/// Where messages for a receiver are pushed to (Return Address).
public struct ReturnAddress: Sendable, Hashable {
    public let url: String
    /// Bearer token that the receiver gave us.
    public let token: String?
    /// PEM file of the authorities to trust instead of the system's.
    public var authorities: String?
    /// `nil`: every 2xx confirms.
    public var confirmation: AgreedAnswer?
    /// How long one push may take, connecting and answer included; then it counts as not reached.
    public var timeout: Duration = .seconds(20)
    /// Messages under way to it at once.
    public var concurrency = 4
    public var breaker = CircuitBreaker.Policy()

    public init(url: String, token: String?) {
        self.url = url
        self.token = token
    }
}

/// How an institution is pushed its applications, instead of leasing them.
public struct InstitutionPush: Sendable, Hashable {
    public let address: ReturnAddress
    public let retryPolicy: RetryPolicy

    public init(address: ReturnAddress, retryPolicy: RetryPolicy) {
        self.address = address
        self.retryPolicy = retryPolicy
    }
}

/// Directories that a partner and the gateway exchange files through (前置机).
public struct ExchangeFolders: Sendable, Hashable {
    /// The partner puts referrals here.
    public let inbox: String
    /// The gateway puts receipts and statuses here.
    public let outbox: String
    /// Where referrals lie once they were answered by a receipt.
    public let archive: String
    /// Where they lie once they were answered by an error.
    public let errors: String
    /// Ending of the empty file that says that the file before it is complete; `nil`: a file is complete as soon as it
    /// bears its name, since the partner writes under another and renames.
    public let marker: String?

    public init(inbox: String, outbox: String, archive: String, errors: String, marker: String?) {
        self.inbox = inbox
        self.outbox = outbox
        self.archive = archive
        self.errors = errors
        self.marker = marker
    }
}
