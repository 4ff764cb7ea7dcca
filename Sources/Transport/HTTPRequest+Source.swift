import Foundation

extension HTTPRequest {
    /// Where a request comes from; behind a proxy that is believed, what that proxy saw.
    public var source: String {
        guard isProxied, let hop = header("X-Forwarded-For")?.split(separator: ",").last else { return peer }
        return hop.trimmingCharacters(in: .whitespaces)
    }

    /// Whether the sender speaks TLS: with us, or with the proxy before us, as that says.
    public var isSecure: Bool {
        guard isProxied, let scheme = header("X-Forwarded-Proto") else { return tls != nil }
        return scheme.lowercased() == "https"
    }
}
