import CMicroHTTPD
import Synchronization

/// One request and its answer.
///
/// `@unchecked`: everything but the response is touched only by the connection's own thread, and by `completed` once all is
/// over; the response is behind a lock, and written once.
final class Exchange: @unchecked Sendable {
    let connection: OpaquePointer
    let head: RequestHead
    var pass = Pass()
    /// Nothing where plain HTTP is spoken.
    var peer: TLSPeer?
    var body: [UInt8] = []
    /// Bytes of the budget that it has taken.
    var held = 0
    /// What is answered once the body was read away.
    var refusal: Int?
    private let answer = Mutex<HTTPResponse?>(nil)
    private let lost = Mutex(false)

    init(_ connection: OpaquePointer, _ head: RequestHead) {
        self.connection = connection
        self.head = head
    }

    var key: Int { Int(bitPattern: connection) }
    var response: HTTPResponse? { answer.withLock { $0 } }
    /// Whether it was seen already that the answer reaches nobody.
    var isLost: Bool { lost.withLock { $0 } }

    /// Called once, by whoever took the exchange out of the suspended ones.
    func finish(_ response: HTTPResponse, isLost: Bool = false) {
        lost.withLock { $0 = isLost }
        answer.withLock { $0 = response }
        MHD_resume_connection(connection)
    }
}
