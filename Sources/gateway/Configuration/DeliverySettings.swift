import Documents
import Foundation
import Messaging
import Transport

/// How messages reach partners and institutions, as `partners.xml` and `institutions.xml` say it.
extension ConfigurationReader {
    mutating func returnAddress(of partner: Node) -> ReturnAddress? {
        partner.children.first { $0.name == "returnAddress" }.flatMap { address($0) }
    }

    mutating func push(_ element: Node) -> InstitutionPush? {
        guard let address = address(element) else { return nil }
        return InstitutionPush(address: address, retryPolicy: retryPolicy(of: element))
    }

    /// `<retry baseSeconds= capSeconds= maxAttempts= keepHours=/>`; what is left out stays at its default.
    mutating func retryPolicy(of owner: Node) -> RetryPolicy {
        var policy = RetryPolicy()
        guard let element = owner.children.first(where: { $0.name == "retry" }) else { return policy }
        if let seconds = number("baseSeconds", of: element, in: 1...3600) { policy.base = Int64(seconds) * 1000 }
        if let seconds = number("capSeconds", of: element, in: 1...86_400) { policy.cap = Int64(seconds) * 1000 }
        if let attempts = number("maxAttempts", of: element, in: 1...10_000) { policy.maxAttempts = attempts }
        if let hours = number("keepHours", of: element, in: 1...8760) { policy.keep = Int64(hours) * 3_600_000 }
        if policy.cap < policy.base { complain(at: element, "capSeconds must not be less than baseSeconds") }
        return policy
    }

    /// `<exchange in= out= archive= error= marker=/>`, directories that exist and that this user may write to.
    mutating func exchange(of partner: Node, _ id: String) -> ExchangeFolders? {
        guard let element = partner.children.first(where: { $0.name == "exchange" }) else { return nil }
        var folders: [String] = []
        let names = ["in", "out", "archive", "error"]
        for name in names {
            guard let folder = required(name, of: element).map(path) else { return nil }
            var isFolder: ObjCBool = false
            if !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) || !isFolder.boolValue
                || !FileManager.default.isWritableFile(atPath: folder)
            {
                complain(at: element, "\(name) must name a directory that this user may write to")
            }
            folders.append(folder)
        }
        for complaint in exchangePlaces.complaints(adding: Array(zip(names, folders)), of: id, besides: ownPlaces) {
            complain(at: element, complaint)
        }
        // A file is laid aside by renaming it.
        let disks = [0, 2, 3].map { index in
            try? FileManager.default.attributesOfItem(atPath: folders[index])[.systemNumber] as? Int
        }
        if Set(disks).count > 1 { complain(at: element, "in, archive and error must be on one file system") }
        let marker = element.attribute("marker")
        if let marker, !marker.hasPrefix(".") || marker.count < 2 || marker.contains("/") {
            complain(at: element, "marker must be a file name's ending, such as .ok")
        }
        return ExchangeFolders(
            inbox: folders[0], outbox: folders[1], archive: folders[2], errors: folders[3], marker: marker)
    }

    /// `url`, `tokenFile`, `authorities` and how it is to be treated.
    mutating func address(_ element: Node) -> ReturnAddress? {
        guard let url = required("url", of: element) else { return nil }
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            complain(at: element, "url must begin with https:// or http://")
            return nil
        }
        // Secrets come from files, never from the registry that everybody may read.
        var token: String?
        if let tokenFile = element.attribute("tokenFile") {
            guard let data = FileManager.default.contents(atPath: path(tokenFile)) else {
                complain(at: element, "tokenFile cannot be read")
                return nil
            }
            token = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            // How strong it is, is for the receiver who issued it to say.
            if token?.isEmpty == true {
                complain(at: element, "tokenFile is empty: put the receiver's token there")
            }
        }
        var address = ReturnAddress(url: url, token: token)
        address.authorities = element.attribute("authorities").map(path)
        if let authorities = address.authorities, !FileManager.default.isReadableFile(atPath: authorities) {
            complain(at: element, "authorities cannot be read")
        } else if let authorities = address.authorities,
            CertificateFile.firstEnd(in: [UInt8](FileManager.default.contents(atPath: authorities) ?? Data())) == nil
        {
            complain(at: element, "authorities holds no certificate in PEM")
        }
        readTLS(of: element, into: &address)
        if let seconds = number("timeoutSeconds", of: element, in: 1...600) { address.timeout = .seconds(seconds) }
        address.concurrency = number("concurrency", of: element, in: 1...256) ?? address.concurrency
        address.breaker.threshold = number("openAfter", of: element, in: 1...1000) ?? address.breaker.threshold
        if let seconds = number("probeSeconds", of: element, in: 1...3600) {
            address.breaker.rest = Int64(seconds) * 1000
            address.breaker.cap = max(address.breaker.cap, address.breaker.rest)
        }
        address.confirmation = confirmation(of: element)
        address.signing = signing(of: element)
        return address
    }

    /// `clientCertificate`, `clientKey` and `pinnedKey`: whom we are there, and whom we take for it.
    private mutating func readTLS(of element: Node, into address: inout ReturnAddress) {
        let names = ["clientCertificate", "clientKey", "pinnedKey", "authorities"]
        for name in names where element.attribute(name) != nil && !address.url.hasPrefix("https://") {
            complain(at: element, "\(name) counts with https:// only")
        }
        if let pin = element.attribute("pinnedKey") {
            let digest = pin.hasPrefix("sha256//") ? Data(base64Encoded: String(pin.dropFirst(8))) : nil
            if digest?.count != 32 {
                complain(at: element, "pinnedKey must be sha256// and the Base64 of a public key's SHA-256")
            }
            address.pinnedKey = pin
        }
        guard element.attribute("clientCertificate") != nil || element.attribute("clientKey") != nil else { return }
        guard let certificate = required("clientCertificate", of: element).map(path),
            let key = required("clientKey", of: element).map(path)
        else {
            complain(at: element, "clientCertificate and clientKey go together")
            return
        }
        (address.clientCertificate, address.clientKey) = (certificate, key)
        guard let certificateData = FileManager.default.contents(atPath: certificate),
            let keyData = FileManager.default.contents(atPath: key)
        else {
            complain(at: element, "clientCertificate or clientKey cannot be read")
            return
        }
        if Self.isOpenToOthers(key) {
            complain(at: element, "clientKey may be read by others: chmod 600, and make another if anybody has")
        }
        let pair = ClientKeyPair(certificate: [UInt8](certificateData), key: [UInt8](keyData))
        if let mistake = pair.mistake { complain(at: element, mistake.told) }
    }

    /// `<sign keyId= algorithm= keyFile=/>`.
    private mutating func signing(of address: Node) -> SigningKey? {
        guard let element = address.children.first(where: { $0.name == "sign" }),
            let id = required("keyId", of: element), let key = signatureKey(of: element, isPrivate: true)
        else { return nil }
        return SigningKey(id: id, algorithm: key.key.algorithm.rawValue, text: key.text)
    }

    /// What `algorithm` and `keyFile` name; what is wrong with it is told.
    mutating func signatureKey(of element: Node, isPrivate: Bool) -> (key: SignatureKey, text: String)? {
        guard let algorithm = required("algorithm", of: element).flatMap(SignatureAlgorithm.init(rawValue:)),
            let file = required("keyFile", of: element).map(path)
        else { return nil }
        guard let data = FileManager.default.contents(atPath: file) else {
            complain(at: element, "keyFile cannot be read; `gateway keys pair` makes keys")
            return nil
        }
        if algorithm.isShared || isPrivate, Self.isOpenToOthers(file) {
            complain(at: element, "keyFile may be read by others: chmod 600, and make another key if anybody has")
        }
        let text = String(decoding: data, as: UTF8.self)
        do throws(SignatureKey.Mistake) {
            return (try SignatureKey(algorithm, text: text, isPrivate: isPrivate), text)
        } catch {
            let wanted = algorithm.isShared ? "Base64" : isPrivate ? "a private key in PEM" : "a public key in PEM"
            complain(
                at: element,
                error == .weak
                    ? "keyFile holds a weak secret: take 32 random bytes or more (`gateway keys pair` makes them)"
                    : "keyFile holds no key of \(algorithm.rawValue): it must be \(wanted)")
            return nil
        }
    }

    static func isOpenToOthers(_ file: String) -> Bool {
        var status = stat()
        return stat(file, &status) == 0 && status.st_mode & 0o077 != 0
    }

    private mutating func confirmation(of address: Node) -> AgreedAnswer? {
        guard let element = address.children.first(where: { $0.name == "confirm" }),
            let path = required("path", of: element), let value = element.attribute("equals")
        else { return nil }
        if (try? XPathExpression(path)) == nil { complain(at: element, "path is not valid XPath 1.0") }
        return AgreedAnswer(path: path, equals: value)
    }

    /// Relative to the file that says it.
    func path(_ relative: String) -> String {
        URL(filePath: relative, relativeTo: URL(filePath: file).deletingLastPathComponent()).standardizedFileURL.path
    }
}

extension ClientKeyPair.Mistake {
    fileprivate var told: String {
        switch self {
        case .certificate: "clientCertificate holds no certificate in PEM"
        case .expired: "clientCertificate has expired: put a new one there"
        case .notForClients: "clientCertificate is not for clients (extended key usage)"
        case .key: "clientKey holds no private key in PEM that needs no password"
        case .otherKey: "clientKey is not that of clientCertificate"
        }
    }
}
