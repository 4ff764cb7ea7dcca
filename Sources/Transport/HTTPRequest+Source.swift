import Foundation

extension HTTPRequest {
    /// Where a request comes from; behind a proxy on this machine, what that proxy saw.
    public var source: String {
        let isLocal = peer.hasPrefix("127.") || peer == "::1"
        guard isLocal, let hop = header("X-Forwarded-For")?.split(separator: ",").last else { return peer }
        return hop.trimmingCharacters(in: .whitespaces)
    }

    /// Whether the browser speaks TLS, as the proxy before us says.
    public var isSecure: Bool { header("X-Forwarded-Proto")?.lowercased() == "https" }
}
