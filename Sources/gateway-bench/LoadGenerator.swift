import Foundation
import Synchronization

/// Keep-alive connections, each on a thread of its own with blocking sockets: the least that a sender can cost.
struct LoadGenerator: Sendable {
    struct Result: Sendable {
        var answered = 0
        var refused = 0
        var seconds = 0.0

        var rate: Double { seconds > 0 ? Double(answered) / seconds : 0 }
    }

    let port: UInt16
    let path: String
    let headers: [String]
    let sample: Sample
    /// Message ids of one run never meet those of another.
    let firstNumber: Int

    /// Sends for so many seconds over so many connections. What is not 2xx is counted apart.
    func run(connections: Int, seconds: Double) -> Result {
        let total = Mutex(Result())
        let next = Atomic<Int>(firstNumber)
        let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
        let start = ContinuousClock.now
        let threads = DispatchGroup()
        for _ in 0..<connections {
            threads.enter()
            let thread = Thread {
                var own = Result()
                if let socket = Self.connect(to: port) {
                    while ContinuousClock.now < end {
                        let number = next.add(1, ordering: .relaxed).newValue
                        guard let status = exchange(sample.numbered(number), over: socket) else { break }
                        if (200..<300).contains(status) { own.answered += 1 } else { own.refused += 1 }
                    }
                    close(socket)
                }
                total.withLock {
                    $0.answered += own.answered
                    $0.refused += own.refused
                }
                threads.leave()
            }
            thread.stackSize = 256 << 10
            thread.start()
        }
        threads.wait()
        let took = ContinuousClock.now - start
        return total.withLock { result in
            result.seconds =
                Double(took.components.seconds) + Double(took.components.attoseconds) / 1_000_000_000_000_000_000
            return result
        }
    }

    private static func connect(to port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            return nil
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    /// - Returns: the status, or nothing when the connection broke.
    private func exchange(_ body: [UInt8], over socket: Int32) -> Int? {
        var request = Array("POST \(path) HTTP/1.1\r\nHost: bench\r\nContent-Length: \(body.count)\r\n".utf8)
        for header in headers { request += Array((header + "\r\n").utf8) }
        request += [13, 10]
        request += body
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = recv(socket, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            answer += chunk[..<count]
            if let status = Self.whole(answer) { return status }
        }
    }

    /// The status of a complete answer; nothing while some of it is still to come.
    private static func whole(_ answer: [UInt8]) -> Int? {
        guard let head = answer.firstRange(of: [13, 10, 13, 10]) else { return nil }
        let text = String(decoding: answer[..<head.lowerBound], as: UTF8.self)
        let lengths = text.split(separator: "\r\n").filter { $0.lowercased().hasPrefix("content-length:") }
        let length = lengths.first.flatMap {
            Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces))
        }
        guard answer.count >= head.upperBound + (length ?? 0) else { return nil }
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
}
