import Foundation

/// Bytes that are answered whole or in part (RFC 9110 §13, §14), with the digest of the whole (RFC 9530).
public struct Representation: Sendable {
    public let bytes: [UInt8]
    public let mediaType: String
    /// A strong validator: the same bytes have the same one.
    public let tag: String

    public init(bytes: [UInt8], mediaType: String, tag: String) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.tag = tag
    }

    /// Which bytes a request wants.
    enum Wish: Equatable {
        case whole
        case part(Range<Int>)
        case unsatisfiable
    }

    /// The answer to a caller that has the bytes already: they need not be looked for.
    public static func unchanged(_ tag: String, for request: HTTPRequest) -> HTTPResponse? {
        guard request.has(entityTag(tag)) else { return nil }
        return HTTPResponse(status: 304, headers: [("ETag", entityTag(tag)), ("Cache-Control", "no-store")])
    }

    private static func entityTag(_ tag: String) -> String { "\"\(tag)\"" }

    public func response(to request: HTTPRequest) -> HTTPResponse {
        let etag = Self.entityTag(tag)
        // Personal data: nobody on the way may keep it, and no browser may take it for a page.
        let common = [
            ("ETag", etag), ("Accept-Ranges", "bytes"), ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"), ("Content-Disposition", "attachment"),
            ("Repr-Digest", Self.digest(bytes)),
        ]
        if let unchanged = Self.unchanged(tag, for: request) { return unchanged }
        switch wish(of: request, etag: etag) {
        case .whole:
            return HTTPResponse(status: 200, headers: common + [("Content-Type", mediaType)], body: bytes)
        case .part(let range):
            let part = Array(bytes[range])
            return HTTPResponse(
                status: 206,
                headers: common + [
                    ("Content-Type", mediaType), ("Content-Digest", Self.digest(part)),
                    ("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)"),
                ], body: part)
        case .unsatisfiable:
            return HTTPResponse(status: 416, headers: common + [("Content-Range", "bytes */\(bytes.count)")])
        }
    }

    /// A range that nobody can read, several of them, and one of another representation (`If-Range`) mean the whole.
    func wish(of request: HTTPRequest, etag: String) -> Wish {
        guard request.method == "GET", let field = request.header("Range"),
            request.header("If-Range").map({ $0 == etag }) ?? true
        else { return .whole }
        let parts = field.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bytes", !parts[1].contains(",") else { return .whole }
        let ends = parts[1].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return .whole
        }
        let size = bytes.count
        switch (ends[0].isEmpty, ends[1].isEmpty) {
        case (true, true): return .whole
        case (true, false):
            // The last so many.
            guard let count = Int(ends[1]) else { return .whole }
            return count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
        case (false, let isOpen):
            guard let first = Int(ends[0]) else { return .whole }
            let last = isOpen ? size - 1 : Int(ends[1]) ?? size - 1
            guard isOpen || first <= last else { return .whole }
            return first >= size ? .unsatisfiable : .part(first..<min(size, last + 1))
        }
    }

    /// As a dictionary of structured fields (RFC 8941 §3.3.5).
    private static func digest(_ bytes: [UInt8]) -> String {
        "sha-256=:\(Data(Digest.sha256(bytes)).base64EncodedString()):"
    }
}
