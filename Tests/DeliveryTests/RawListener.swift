import Foundation

/// A listener below HTTP: takes each connection and does with it what no server should.
///
/// `@unchecked`: the descriptor is written once, before the thread starts.
final class RawListener: @unchecked Sendable {
    enum Manner: Sendable {
        /// Lets nobody in, and keeps its port from all who ask the system for one. A server may take it by name.
        case refuse
        /// Closes with a reset.
        case reset
        /// Reads what comes and says these bytes, then closes.
        case say(String)
    }

    private let descriptor: Int32
    let port: UInt16

    init(_ manner: Manner) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        var isShared: Int32 = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &isShared, socklen_t(MemoryLayout<Int32>.size))
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(socket, $0, size)
                if case .refuse = manner {} else { listen(socket, 64) }
                getsockname(socket, $0, &size)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        if case .refuse = manner { return }
        Thread.detachNewThread {
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { return }
                Self.treat(connection, manner)
            }
        }
    }

    private static func treat(_ connection: Int32, _ manner: Manner) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        _ = recv(connection, &buffer, buffer.count, 0)
        switch manner {
        case .refuse: break
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        case .say(let text): _ = send(connection, text, text.utf8.count, Int32(MSG_NOSIGNAL))
        }
        close(connection)
    }

    var url: String { "http://127.0.0.1:\(port)/" }

    func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
