import CZlib

/// How a request's body is coded (RFC 9110 §8.4).
enum ContentCoding {
    case identity, gzip

    /// What `Content-Encoding` says; nothing for a coding that is not taken.
    init?(_ headers: [(name: String, value: String)]) {
        let names = headers.filter { isSameField($0.name, "Content-Encoding") }
            .flatMap { $0.value.split(separator: ",") }
            .map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            .filter { $0 != "identity" && !$0.isEmpty }
        switch names {
        case []: self = .identity
        // Older senders write the second name (RFC 9110 §8.4.1.3).
        case ["gzip"], ["x-gzip"]: self = .gzip
        default: return nil
        }
    }
}

/// Bodies in the gzip format (RFC 1952).
enum Gzip {
    enum Problem: Error, Hashable {
        /// Not the format, or cut off, or its check is wrong.
        case malformed
        /// More than the limit: it is not unpacked any further.
        case tooLarge
    }

    /// Unpacks every member; stops as soon as there is more than `limit`.
    static func unpack(_ packed: [UInt8], limit: Int) throws(Problem) -> [UInt8] {
        var problem: Problem?
        var unpacked: [UInt8] = []
        packed.withUnsafeBufferPointer { input in
            do throws(Problem) { unpacked = try unpack(input, limit: limit) } catch { problem = error }
        }
        if let problem { throw problem }
        return unpacked
    }

    private static func unpack(_ input: UnsafeBufferPointer<UInt8>, limit: Int) throws(Problem) -> [UInt8] {
        var stream = z_stream()
        guard legalaid_gunzip_init(&stream) == Z_OK else { throw .malformed }
        defer { inflateEnd(&stream) }
        // zlib asks for mutable bytes and changes none.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(clamping: input.count)
        var unpacked: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let (status, count) = piece.withUnsafeMutableBufferPointer { piece in
                stream.next_out = piece.baseAddress
                stream.avail_out = UInt32(piece.count)
                let status = inflate(&stream, Z_NO_FLUSH)
                return (status, piece.count - Int(stream.avail_out))
            }
            guard unpacked.count + count <= limit else { throw .tooLarge }
            unpacked.append(contentsOf: piece[..<count])
            switch status {
            case Z_STREAM_END where stream.avail_in == 0: return unpacked
            // Members may follow each other (RFC 1952 §2.2).
            case Z_STREAM_END: guard inflateReset(&stream) == Z_OK else { throw .malformed }
            case Z_OK where count > 0 || stream.avail_in > 0: continue
            default: throw .malformed
            }
        }
    }
}
