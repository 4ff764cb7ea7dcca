import Foundation

/// Whoever runs the program as a service: systemd, or another that speaks its protocol. It is told by datagrams when the
/// gateway takes calls, reads its settings again, ends, and that it is alive (sd_notify(3)).
///
/// Written here since libsystemd would be one more library for a few lines of text. Where the environment names no socket
/// nobody is told anything.
struct ServiceManager: Sendable {
    enum Notice: Equatable {
        case ready
        /// With the monotonic clock's microseconds, by which the manager tells this reload from another.
        case reloading(at: UInt64)
        case stopping
        case alive

        var text: String {
            switch self {
            case .ready: "READY=1"
            case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
            case .stopping: "STOPPING=1"
            case .alive: "WATCHDOG=1"
            }
        }
    }

    /// The datagram was not taken.
    struct Unreachable: Error, Equatable {
        /// The system's `errno`.
        let code: Int32
    }

    private let socketName: String?
    /// How often the manager wants to hear that the program is alive; nothing where it does not ask for it.
    let watchdog: Duration?

    /// - Parameters:
    ///   - environment: of the process: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    ///   - process: its number; a watchdog that was meant for another process is not ours.
    init(environment: [String: String], process: Int32) {
        socketName = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(process)" } ?? true
        watchdog = environment["WATCHDOG_USEC"].flatMap(Int64.init).flatMap {
            isMeant && $0 > 0 ? .microseconds($0) : nil
        }
    }

    static var monotonicMicroseconds: UInt64 { DispatchTime.now().uptimeNanoseconds / 1000 }

    /// Tells it, where anybody listens.
    func tell(_ notice: Notice) throws(Unreachable) {
        guard let socketName else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Unreachable(code: errno) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // An abstract name begins with a zero byte, which the environment cannot hold: @ stands for it (unix(7)).
        var name = Array(socketName.utf8)
        let isAbstract = name.first == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard name.count < room else { throw Unreachable(code: ENAMETOOLONG) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = MemoryLayout.offset(of: \sockaddr_un.sun_path).map { $0 + name.count + (isAbstract ? 0 : 1) }
        let text = Array(notice.text.utf8)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor, text, text.count, Int32(MSG_NOSIGNAL), $0,
                    socklen_t(length ?? MemoryLayout<sockaddr_un>.size))
            }
        }
        guard sent == text.count else { throw Unreachable(code: errno) }
    }

    /// Says that the program is alive, twice as often as is asked for, until the task is cancelled. It comes from the same
    /// threads that answer calls: where all of them hang it falls silent, and the manager starts the program anew.
    func beat(failed: @Sendable (Unreachable) -> Void) async {
        guard let watchdog else { return }
        while !Task.isCancelled {
            do throws(Unreachable) { try tell(.alive) } catch { failed(error) }
            do { try await Task.sleep(for: watchdog / 2) } catch { return }
        }
    }
}
