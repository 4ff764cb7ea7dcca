import Documents
import Messaging
import Transport
import Vocabulary

extension ConfigurationReader {
    /// Reads `credentials.xml`: tokens, and keys that calls are signed with.
    mutating func read(
        _ credentials: inout Credentials, in file: String, partners: [Partner], institutions: [Institution]
    ) {
        for partner in partners {
            let caller = Caller(role: .partner, id: partner.id)
            credentials.callsPerMinute[caller] = partner.callsPerMinute
            if partner.mustSign { credentials.mustSign.insert(caller) }
        }
        for institution in institutions where institution.mustSign {
            credentials.mustSign.insert(Caller(role: .institution, id: institution.code))
        }
        guard let root = root(of: file, named: "credentials") else { return }
        for element in root.children {
            let caller = caller(of: element, partners, institutions)
            if element.attribute("certificateSha256") != nil || element.attribute("certificateSubject") != nil {
                readCertificate(of: element, caller, &credentials)
            } else if element.attribute("keyId") == nil {
                readToken(of: element, caller, &credentials)
            } else {
                readKey(of: element, caller, &credentials)
            }
        }
        let signing = Set(credentials.keys.values.map(\.caller))
        for caller in credentials.mustSign.subtracting(signing).sorted(by: { $0.id < $1.id }) {
            complain(
                at: nil,
                "\(caller.role.rawValue) \(caller.id) must sign its calls and has no key (keyId, algorithm, keyFile)")
        }
    }

    /// Whose a credential is.
    private mutating func caller(
        of element: Node, _ partners: [Partner], _ institutions: [Institution]
    ) -> Caller? {
        switch element.name {
        case "partner":
            let id = required("id", of: element)
            if let id, !partners.contains(where: { $0.id == id }) { complain(at: element, "no partner \(id)") }
            return id.map { Caller(role: .partner, id: $0) }
        case "institution":
            let code = required("code", of: element)
            if let code, !institutions.contains(where: { $0.code == code }) {
                complain(at: element, "no institution \(code)")
            }
            return code.map { Caller(role: .institution, id: $0) }
        case "operator":
            let role = element.attribute("role").map { OperatorRole(rawValue: $0) } ?? .operator
            return required("name", of: element).map { Caller(role: .operator, id: $0, operatorRole: role) }
        default: return nil  // The schema has told.
        }
    }

    private mutating func readToken(of element: Node, _ caller: Caller?, _ credentials: inout Credentials) {
        for name in ["algorithm", "keyFile", "validFrom"] where element.attribute(name) != nil {
            complain(at: element, "\(name) goes with keyId: say which key it is")
        }
        guard let hash = required("tokenSha256", of: element)?.lowercased() else {
            if caller?.role != .operator {
                complain(at: element, "tokenSha256, or keyId with algorithm and keyFile, is missing")
            }
            return
        }
        guard hash.count == 64, hash.allSatisfy(\.isHexDigit) else {
            complain(at: element, "tokenSha256 must be 64 hexadecimal digits; `gateway keys new` makes them")
            return
        }
        if GuessableSecret.isHash(hash) {
            complain(
                at: element, "this token is out of a sample, or one that anybody guesses; `gateway keys add` makes one")
        }
        if credentials.callers[hash] != nil || credentials.rehearsals[hash] != nil {
            complain(at: element, "this token is given to two callers")
        }
        if flag("test", of: element) {
            credentials.rehearsals[hash] = caller
        } else {
            credentials.callers[hash] = caller
        }
        credentials.tokenEnds[hash] = moment("validUntil", of: element)
    }

    private mutating func readCertificate(of element: Node, _ caller: Caller?, _ credentials: inout Credentials) {
        for name in ["tokenSha256", "keyId", "algorithm", "keyFile", "validFrom", "test"]
        where element.attribute(name) != nil {
            complain(at: element, "\(name) and a certificate stand in lines of their own")
        }
        let binding: CertificateBinding
        switch (element.attribute("certificateSha256"), element.attribute("certificateSubject")) {
        case (let text?, nil):
            let digest = text.lowercased().filter { $0 != ":" }
            guard digest.count == 64, digest.allSatisfy(\.isHexDigit) else {
                complain(
                    at: element,
                    "certificateSha256 must be 64 hexadecimal digits; `openssl x509 -in FILE -noout -fingerprint -sha256` prints them"
                )
                return
            }
            binding = .sha256(digest)
        case (nil, let subject?) where !subject.isEmpty: binding = .subject(subject)
        case (_, _):
            complain(at: element, "a certificate is known by certificateSha256 or by certificateSubject, not by both")
            return
        }
        if credentials.certificates[binding] != nil {
            complain(at: element, "this certificate is given to two callers")
        }
        credentials.certificates[binding] = caller
        credentials.certificateEnds[binding] = moment("validUntil", of: element)
    }

    private mutating func readKey(of element: Node, _ caller: Caller?, _ credentials: inout Credentials) {
        if element.attribute("tokenSha256") != nil {
            complain(at: element, "tokenSha256 and keyId stand in lines of their own")
        }
        for name in ["algorithm", "keyFile"] where element.attribute(name) == nil {
            complain(at: element, "\(name) is missing: a key has keyId, algorithm and keyFile")
        }
        guard let caller, let id = required("keyId", of: element),
            let key = signatureKey(of: element, isPrivate: false)?.key
        else { return }
        if credentials.keys[id] != nil { complain(at: element, "keyId \(id) is there twice") }
        credentials.keys[id] = SignatureVerifier.Entry(
            caller: caller, key: key, from: moment("validFrom", of: element),
            until: moment("validUntil", of: element))
    }
}
