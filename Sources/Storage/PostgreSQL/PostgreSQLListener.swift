import CPQ
import Foundation
import Glibc
import Messaging
import Synchronization

/// Hears from the other nodes for which endpoints something was queued, on a connection and a thread of its own. What is said
/// while it is not connected is missed: whoever waits looks again in time by itself.
final class PostgreSQLListener: Sendable {
    static let channel = "legal_aid_queued"

    /// So often it looks whether it is to end, in milliseconds.
    private static let tick: Int32 = 500

    private let isClosed = Atomic<Bool>(false)
    private let hasEnded = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - own: which of the server's processes writes for this node; what that one says is known here.
    ///   - heard: the endpoints.
    init(
        _ settings: PostgreSQLSettings, own: @escaping @Sendable () -> Int32,
        heard: @escaping @Sendable (Set<Endpoint>) -> Void
    ) {
        let thread = Thread { [self] in
            let connection = PostgreSQLConnection(settings, keys: nil)
            while !isClosed.load(ordering: .relaxed) {
                do throws(StoreError) {
                    if connection.isLost {
                        try connection.open(patiently: false)
                        try connection.execute("LISTEN \(Self.channel)")
                    }
                    let endpoints = try connection.notifications(within: Self.tick, notBy: own())
                        .compactMap { Endpoint(description: $0) }
                    if !endpoints.isEmpty { heard(Set(endpoints)) }
                } catch {
                    Thread.sleep(forTimeInterval: Double(Self.tick) / 1000)
                }
            }
            connection.close()
            hasEnded.signal()
        }
        thread.name = "store-listener"
        thread.start()
    }

    func close() async {
        isClosed.store(true, ordering: .relaxed)
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [hasEnded] in
                hasEnded.wait()
                continuation.resume()
            }
        }
    }
}

extension PostgreSQLConnection {
    /// What was said on the channels that are listened to, as soon as there is something.
    ///
    /// - Parameters:
    ///   - milliseconds: so long it waits for that.
    ///   - own: the server's process that is not heard.
    /// - Throws: `StoreError.unreachable` where the connection is lost.
    func notifications(within milliseconds: Int32, notBy own: Int32) throws(StoreError) -> [String] {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, milliseconds) > 0 else { return [] }
        guard PQconsumeInput(handle) == 1 else { throw .unreachable("the connection was lost") }
        var said: [String] = []
        while let notification = PQnotifies(handle) {
            if notification.pointee.be_pid != own { said.append(String(cString: notification.pointee.extra)) }
            PQfreemem(notification)
        }
        return said
    }
}
