import Messaging
import Transport
import Vocabulary

extension Registry {
    /// Whoever hands something in: the partner behind a proved credential, or the institution in a partner's place. What
    /// it takes in itself it hands in like anybody else.
    ///
    /// - Throws: `Problem` `.forbidden` for an account that is neither.
    func sender(_ caller: Caller) throws(Problem) -> Partner {
        switch caller.role {
        case .partner, .operator:
            guard let partner = partners[caller.id] else {
                throw Problem(.forbidden, zh: "该账户没有登记为报送单位。", en: "This account is not registered as a partner.")
            }
            return partner
        case .institution:
            guard let institution = institutions[caller.id] else {
                throw Problem(
                    .forbidden, zh: "该账户没有登记为法律援助机构。", en: "This account is not a registered institution.")
            }
            return Partner(
                id: institution.code, name: institution.name, kind: .legalAidInstitution,
                senderCodes: [], mappings: [], statusMapping: nil, returnAddress: nil, retryPolicy: RetryPolicy())
        }
    }
}

extension Partner {
    /// `nil` where the registry names none: then all are open to it.
    var allowedMappings: Set<String>? { mappings.isEmpty ? nil : Set(mappings) }
    var allowedSenderCodes: Set<String> { Set(senderCodes) }
}
