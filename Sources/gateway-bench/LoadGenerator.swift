import Foundation

/// Keep-alive connections on one thread with prepared requests and buffers used again and again: the least that senders
/// can cost on the machine that is measured.
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

    /// Sends for so many seconds over so many connections, on each the next as soon as the last is answered. What is not
    /// 2xx is counted apart.
    ///
    /// - Parameter most: how many are sent, where the time is not over before.
    func run(connections: Int, seconds: Double, most: Int = .max) throws -> Result {
        var lines = try (0..<connections).map { _ in try Line(port: port, request: head + sample.bytes) }
        defer { for line in lines { close(line.socket) } }
        var polled = lines.map { pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0) }
        var result = Result()
        var number = firstNumber
        let start = ContinuousClock.now
        let end = start + .milliseconds(Int(seconds * 1000))
        var busy = connections
        func next(_ index: Int) throws {
            number += 1
            sample.number(number, in: &lines[index].request, at: head.count)
            try lines[index].send()
        }
        for index in lines.indices { try next(index) }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while busy > 0 {
            guard poll(&polled, nfds_t(connections), 10_000) > 0 else {
                throw BenchFailure("no answer within ten seconds")
            }
            for index in polled.indices where polled[index].revents != 0 {
                guard let status = try lines[index].receive(into: &buffer) else { continue }
                if (200..<300).contains(status) { result.answered += 1 } else { result.refused += 1 }
                if number - firstNumber < most, ContinuousClock.now < end { try next(index) } else { busy -= 1 }
            }
        }
        let took = (ContinuousClock.now - start).components
        result.seconds = Double(took.seconds) + Double(took.attoseconds) / 1_000_000_000_000_000_000
        return result
    }

    private var head: [UInt8] {
        let lines =
            ["POST \(path) HTTP/1.1", "Host: bench", "Content-Length: \(sample.bytes.count)"] + headers + ["", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }
}

/// One connection with its request and what is still to come of its answer.
private struct Line {
    let socket: Int32
    var request: [UInt8]
    /// The head of an answer, while it is not whole.
    private var head: [UInt8] = []
    private var status = 0
    private var bodyLeft = 0

    init(port: UInt16, request: [UInt8]) throws {
        self.request = request
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { [socket] in
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(socket)
            throw BenchFailure("the server does not listen")
        }
        var on: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    func send() throws {
        guard Foundation.send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw BenchFailure("the server closed a connection")
        }
    }

    /// - Returns: the status, once the answer is whole.
    mutating func receive(into buffer: inout [UInt8]) throws -> Int? {
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { throw BenchFailure("the server closed a connection") }
        if bodyLeft > 0 {
            bodyLeft -= count
        } else {
            head.append(contentsOf: buffer[..<count])
            guard let (end, status, length) = Self.read(head) else { return nil }
            self.status = status
            bodyLeft = length - (head.count - end)
            head.removeAll(keepingCapacity: true)
        }
        return bodyLeft == 0 ? status : nil
    }

    /// Where the head of an answer ends, its status and the length of its body; nothing while it is not whole.
    private static func read(_ bytes: [UInt8]) -> (end: Int, status: Int, length: Int)? {
        bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var length = 0
            var at = 0
            while let feed = memchr(start + at, 10, bytes.count - at) {
                at = UnsafeRawPointer(feed) - start + 1
                guard at + 1 < bytes.count else { return nil }
                if bytes[at] == 13 { return (at + 2, Int(strtol(start + "HTTP/1.1 ".utf8.count, nil, 10)), length) }
                let name = "content-length:"
                if strncasecmp(start + at, name, name.utf8.count) == 0 {
                    length = Int(strtol(start + at + name.utf8.count, nil, 10))
                }
            }
            return nil
        }
    }
}
