import Foundation

/// A numeric address of this machine, IPv4 or IPv6, and a port.
public enum ListenAddress {
    case four(sockaddr_in)
    case six(sockaddr_in6)

    public static func isNumeric(_ text: String) -> Bool { ListenAddress(text, 0) != nil }

    init?(_ host: String, _ port: UInt16) {
        var four = sockaddr_in()
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = port.bigEndian
        if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            self = .four(four)
            return
        }
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else { return nil }
        self = .six(six)
    }

    func lend<Result>(_ use: (UnsafePointer<sockaddr>) -> Result) -> Result {
        switch self {
        case .four(let address):
            withUnsafePointer(to: address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, use) }
        case .six(let address):
            withUnsafePointer(to: address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, use) }
        }
    }
}
