import Canonical
import Documents
import Foundation
import Messaging
import Operations
import Transport
import Triage
import Vocabulary

extension ConfigurationReader {
    /// `validFrom` and `validUntil`: a day, which counts whole in China's time, or a moment; nothing for what has no such
    /// end.
    mutating func moment(_ name: String, of credential: Node) -> Instant? {
        guard let text = credential.attribute(name) else { return nil }
        guard let time = Timestamp(canonical: text) else {
            complain(
                at: credential,
                "\(name) must be a day such as 2027-12-31, or a time such as 2027-12-31T18:00:00+08:00")
            return nil
        }
        if name == "validFrom", let day = CalendarDate(iso: text) {
            return Instant(Timestamp(day, hour: 0, minute: 0, second: 0))
        }
        return Instant(time)
    }
}

/// What ends of itself: callers' tokens, and the certificates of the authorities that pushes trust.
extension Configuration: CredentialExpirySource {
    func expiries() -> [(name: String, at: Instant)] { tokenExpiries + keyExpiries + certificateExpiries() }

    /// The keys that calls are signed with: while its holder has one that lasts longer, nobody need do anything.
    var keyExpiries: [(name: String, at: Instant)] {
        credentials.keys.sorted { $0.key < $1.key }.compactMap { id, entry in
            let others = credentials.keys.values.filter { $0.caller == entry.caller }
            guard let end = entry.until, others.allSatisfy({ $0.until.map { $0 <= end } ?? false }) else { return nil }
            return ("key \(id) of \(entry.caller.role.rawValue) \(entry.caller.id)", end)
        }
    }

    /// The last moment of a caller's tokens: while another one lasts longer, nobody need do anything about the first.
    func tokenEnd(of caller: Caller) -> Instant? {
        let (callers, tokenEnds) = (credentials.callers, credentials.tokenEnds)
        let hashes = callers.filter { $0.value.role == caller.role && $0.value.id == caller.id }.keys
        let ends = hashes.map { tokenEnds[$0] }
        return ends.contains(nil) ? nil : ends.compactMap(\.self).max()
    }

    /// The callers whose tokens end, by what an operator calls them.
    var tokenExpiries: [(name: String, at: Instant)] {
        Set(credentials.callers.values).sorted { ($0.role.rawValue, $0.id) < ($1.role.rawValue, $1.id) }.compactMap {
            caller in
            tokenEnd(of: caller).map { ("token of \(caller.role.rawValue) \(caller.id)", $0) }
        }
    }

    /// The files that hold certificates, each with whose it is.
    var certificateFiles: [(owner: String, path: String)] {
        let own = [tls?.certificate, tls?.clientAuthorities].compactMap(\.self).map { ("the listener", $0) }
        let addresses =
            partners.map { ("partner \($0.id)", $0.returnAddress) }
            + institutions.map { ("institution \($0.code)", $0.push?.address) } + [("alerts", alerts.webhook)]
        return own
            + addresses.flatMap { owner, address in
                [address?.authorities, address?.clientCertificate].compactMap(\.self).map { (owner, $0) }
            }
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
        } + revocationListExpiries()
    }

    /// After the end of its list nobody's certificate counts any more.
    private func revocationListExpiries() -> [(name: String, at: Instant)] {
        guard let path = tls?.revocationList, let data = FileManager.default.contents(atPath: path),
            let end = CertificateFile.firstListEnd(in: [UInt8](data))
        else { return [] }
        let file = URL(filePath: path).lastPathComponent
        return [("revocation list \(file) of the listener", Instant(milliseconds: end * 1000))]
    }
}
