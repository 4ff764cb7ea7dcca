import Foundation

extension HTTPRequest {
    /// Where a request comes from; behind a proxy that is believed, what that proxy saw.
    public var source: String {
        guard isProxied, let hop = header("X-Forwarded-For")?.split(separator: ",").last else { return peer }
        return hop.trimmingCharacters(in: .whitespaces)
    }

    /// Whether the browser speaks TLS, as the proxy before us says.
    public var isSecure: Bool { isProxied && header("X-Forwarded-Proto")?.lowercased() == "https" }
}
