import Documents
import Foundation
import Transport

/// `<tls>` within `<listen>`, and what its files hold.
struct TLSSettings: Sendable {
    let certificate: String
    let clientAuthorities: String?
    let revocationList: String?
    let made: ListenerTLS
}

extension ConfigurationReader {
    /// What is wrong with any of the files is told here, not at the first handshake.
    mutating func tls(in listen: Node) -> TLSSettings? {
        guard let element = listen.children.first(where: { $0.name == "tls" }),
            let certificate = required("certificate", of: element).map(path),
            let key = required("key", of: element).map(path)
        else { return nil }
        guard let certificateBytes = contents(of: certificate, "certificate", element),
            let keyBytes = contents(of: key, "key", element)
        else { return nil }
        if Self.isOpenToOthers(key) {
            complain(
                at: element, "key may be read by others: chmod 600, and have another certificate made if anybody has")
        }
        var material = ListenerTLS.Material(certificate: certificateBytes, key: keyBytes)
        let authorities = element.attribute("clientAuthorities").map(path)
        let revocations = element.attribute("revocationList").map(path)
        if let authorities { material.clientAuthorities = contents(of: authorities, "clientAuthorities", element) }
        if let revocations { material.revocationList = contents(of: revocations, "revocationList", element) }
        for name in ["revocationList", "clientCertificates"]
        where authorities == nil && element.attribute(name) != nil {
            complain(at: element, "\(name) needs clientAuthorities: who issues clients' certificates")
        }
        material.mustShow = element.attribute("clientCertificates") == "required"
        material.minimum = element.attribute("minimum").flatMap(ListenerTLS.Minimum.init(rawValue:)) ?? .tls12
        do throws(ListenerTLS.Mistake) {
            let made = try ListenerTLS(material)
            return TLSSettings(
                certificate: certificate, clientAuthorities: authorities, revocationList: revocations, made: made)
        } catch {
            complain(at: element, error.told)
            return nil
        }
    }

    private mutating func contents(of file: String, _ name: String, _ element: Node) -> [UInt8]? {
        guard let data = FileManager.default.contents(atPath: file) else {
            complain(at: element, "\(name) cannot be read")
            return nil
        }
        return [UInt8](data)
    }
}

extension ListenerTLS.Mistake {
    fileprivate var told: String {
        switch self {
        case .certificate: "certificate holds no certificate in PEM"
        case .expired: "certificate has expired: put a new one there"
        case .notYetValid: "certificate is not valid yet: check this machine's clock"
        case .notForServers: "certificate is not for servers (extended key usage): have one made for serverAuth"
        case .brokenChain: "certificate must hold the listener's own first, then each one's issuer after it"
        case .key: "key holds no private key in PEM that needs no password"
        case .otherKey: "key is not that of the certificate"
        case .authorities: "clientAuthorities holds no certificate in PEM that can be trusted"
        case .revocationList: "revocationList holds no revocation list in PEM"
        case .foreignRevocationList: "revocationList is not signed by any of clientAuthorities"
        case .oldRevocationList: "revocationList is past its nextUpdate, so nobody could come in: fetch the new one"
        case .notTaken(let reason): "GnuTLS does not take certificate and key: \(reason)"
        }
    }
}
