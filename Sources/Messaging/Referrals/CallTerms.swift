/// What the call that brought a message said of it, beside its bytes; a retry of the message must know it too.
public struct CallTerms: Sendable, Hashable {
    /// What the message is about, where the call itself says so and not the document.
    public enum Subject: Sendable, Hashable {
        /// Materials for a referral, in the sender's own format or canonical JSON.
        case supplement(referralID: String)
        /// The sender takes a referral back.
        case withdrawal(referralID: String)
        /// A canonical application that an institution or its work station took in itself.
        case application

        public var isWithdrawal: Bool {
            if case .withdrawal = self { true } else { false }
        }

        public var word: String {
            switch self {
            case .supplement: "supplement"
            case .withdrawal: "withdrawal"
            case .application: "application"
            }
        }

        public var referralID: String? {
            switch self {
            case .supplement(let id), .withdrawal(let id): id
            case .application: nil
            }
        }

        /// As it is kept with the message.
        public var text: String { referralID.map { "\(word):\($0)" } ?? word }

        public init?(text: String) {
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            switch (parts.first, parts.count) {
            case ("supplement", 2): self = .supplement(referralID: parts[1])
            case ("withdrawal", 2): self = .withdrawal(referralID: parts[1])
            case ("application", 1): self = .application
            default: return nil
            }
        }
    }

    public let subject: Subject?
    /// The mapping asked for, instead of letting the document tell.
    public let mapping: String?

    public init(subject: Subject? = nil, mapping: String? = nil) {
        self.subject = subject
        self.mapping = mapping
    }
}
