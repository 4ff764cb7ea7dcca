import Foundation
import Transport

/// Browsers that have signed in to an account before (device cookies, OWASP "Slow Down Online Guessing Attacks with Device
/// Cookies"): whoever guesses at an account from elsewhere locks others out of it, and not them. Nothing is stored; each
/// cookie is a random number with its code under the gateway's key.
struct KnownDevices: Sendable {
    private static let cookie = "legal-aid-gateway-device"
    private static let days = 180

    /// Nothing where no device is ever known.
    let key: KeyedHash?

    /// The number of a device that has signed in to this account.
    func number(in request: HTTPRequest?, for account: String) -> String? {
        guard let key, let value = request?.cookie(Self.cookie) else { return nil }
        let parts = value.split(separator: ".")
        guard parts.count == 2, parts[0].utf8.count == 32,
            Digest.isEqual(String(parts[1]), Self.code(String(parts[0]), account, key))
        else { return nil }
        return String(parts[0])
    }

    /// `Set-Cookie` (RFC 6265) for a device that has just signed in.
    func remember(_ account: String, secure: Bool) throws(TransportError) -> (name: String, value: String)? {
        guard let key else { return nil }
        let number = Digest.hex(try SecureRandom.bytes(16))
        let value = "\(number).\(Self.code(number, account, key))"
        return (
            "Set-Cookie",
            "\(Self.cookie)=\(value); Path=/; Max-Age=\(Self.days * 86_400); HttpOnly; SameSite=Strict\(secure ? "; Secure" : "")"
        )
    }

    private static func code(_ number: String, _ account: String, _ key: KeyedHash) -> String {
        key.hash("device \(number) signed in as \(account)")
    }
}

extension HTTPRequest {
    /// A cookie's value (RFC 6265 §4.2).
    func cookie(_ name: String) -> String? {
        for pair in (header("Cookie") ?? "").split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0].drop(while: { $0 == " " }) == name { return String(parts[1]) }
        }
        return nil
    }
}
