import Canonical
import Documents
import Foundation
import Messaging
import Operations
import Transport
import Triage
import Vocabulary

extension ConfigurationReader {
    /// `validUntil`: a day, which counts whole in China's time, or a moment; nothing for a token that never ends.
    mutating func end(of credential: Node) -> Instant? {
        guard let text = credential.attribute("validUntil") else { return nil }
        guard let time = Timestamp(canonical: text) else {
            complain(
                at: credential,
                "validUntil must be a day such as 2027-12-31, or a time such as 2027-12-31T18:00:00+08:00")
            return nil
        }
        return Instant(time)
    }
}

/// What ends of itself: callers' tokens, and the certificates of the authorities that pushes trust.
extension Configuration: CredentialExpirySource {
    func expiries() -> [(name: String, at: Instant)] { tokenExpiries + certificateExpiries() }

    /// The last moment of a caller's tokens: while another one lasts longer, nobody need do anything about the first.
    func tokenEnd(of caller: Caller) -> Instant? {
        let hashes = callers.filter { $0.value.role == caller.role && $0.value.id == caller.id }.keys
        let ends = hashes.map { tokenEnds[$0] }
        return ends.contains(nil) ? nil : ends.compactMap(\.self).max()
    }

    /// The callers whose tokens end, by what an operator calls them.
    var tokenExpiries: [(name: String, at: Instant)] {
        Set(callers.values).sorted { ($0.role.rawValue, $0.id) < ($1.role.rawValue, $1.id) }.compactMap { caller in
            tokenEnd(of: caller).map { ("token of \(caller.role.rawValue) \(caller.id)", $0) }
        }
    }

    /// The files that hold certificates, each with whose it is.
    var certificateFiles: [(owner: String, path: String)] {
        let addresses =
            partners.map { ("partner \($0.id)", $0.returnAddress) }
            + institutions.map { ("institution \($0.code)", $0.push?.address) } + [("alerts", alerts.webhook)]
        return addresses.compactMap { owner, address in address?.authorities.map { (owner, $0) } }
    }

    /// Read anew each time: a file may be replaced while the gateway runs. Of several certificates in a file the first
    /// to end counts; one that is needed no longer is to be taken out.
    func certificateExpiries() -> [(name: String, at: Instant)] {
        certificateFiles.compactMap { owner, path in
            guard let data = FileManager.default.contents(atPath: path),
                let end = CertificateFile.firstEnd(in: [UInt8](data))
            else { return nil }
            let file = URL(filePath: path).lastPathComponent
            return ("certificate \(file) of \(owner)", Instant(milliseconds: end * 1000))
        }
    }
}
