import CMicroHTTPD

/// Method, target and fields, and what is wrong with them.
struct RequestHead {
    let method: String
    let path: String
    let version: String
    let query: [(String, String)]
    let headers: [(name: String, value: String)]
    let peer: String
    private let target: RequestTarget

    init(
        _ connection: OpaquePointer, path: UnsafePointer<CChar>?, method: UnsafePointer<CChar>?,
        version: UnsafePointer<CChar>?, target: RequestTarget
    ) {
        self.target = target
        self.method = method.map { String(cString: $0) } ?? ""
        self.path = target.path(path.map { String(cString: $0) } ?? "")
        self.version = version.map { String(cString: $0) } ?? ""
        // The library leaves white space at the end, which is none of the value (RFC 9110 §5.5).
        headers = Self.values(.HEADER_KIND, of: connection).map { name, value in
            (name: name, value: target.host(in: (name: name, value: Self.trimmed(value))))
        }
        query = Self.values(.GET_ARGUMENT_KIND, of: connection)
        peer = Self.peer(of: connection)
    }

    /// The numeric address of whoever opened a connection.
    static func peer(of connection: OpaquePointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            legalaid_mhd_peer(connection, buffer.baseAddress, buffer.count) == 0
                ? "" : buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }

    /// Whether the library read something else than others on the way may have read.
    ///
    /// - Parameter end: where the target ends as a C string. One character after it comes the version, unless the target
    ///   holds a NUL.
    static func isIrregular(_ connection: OpaquePointer, version: UnsafePointer<CChar>?, after end: Int) -> Bool {
        guard let version, Int(bitPattern: version) == end + 1 else { return true }
        return legalaid_mhd_is_irregular(connection, version) != 0
    }

    private static func values(_ kind: MHD_ValueKind, of connection: OpaquePointer) -> [(String, String)] {
        var found: [(String, String)] = []
        withUnsafeMutablePointer(to: &found) { found in
            _ = MHD_get_connection_values(
                connection, kind,
                { target, _, name, value in
                    guard let found = target?.assumingMemoryBound(to: [(String, String)].self), let name else {
                        return .YES
                    }
                    found.pointee.append((String(cString: name), value.map { String(cString: $0) } ?? ""))
                    return .YES
                }, found)
        }
        return found
    }

    private static func trimmed(_ value: String) -> String {
        func isBlank(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 }
        guard isBlank(value.utf8.last) else { return value }
        return String(decoding: value.utf8.reversed().drop(while: isBlank).reversed(), as: UTF8.self)
    }

    /// - Parameter body: unpacked already.
    func request(body: [UInt8], proxies: Set<String> = []) -> HTTPRequest {
        let headers = headers.filter { !isSameField($0.name, "Content-Encoding") }
        var request = HTTPRequest(
            method: method, path: path, query: query, headers: headers, body: body, peer: peer)
        request.target = target.raw
        request.isProxied = request.isProxied || proxies.contains(peer)
        return request
    }

    /// The body as its sender packed it, unpacked.
    func unpacked(_ body: [UInt8], limit: Int) throws(Gzip.Problem) -> [UInt8] {
        switch ContentCoding(headers) {
        case .gzip where !body.isEmpty: try Gzip.unpack(body, limit: limit)
        case .gzip, .identity, nil: body
        }
    }

    private func all(_ name: String) -> [String] {
        headers.filter { isSameField($0.name, name) }.map(\.value)
    }

    /// What `Content-Length` says.
    var declaredLength: Int? { all("content-length").first.flatMap { Int($0) } }
    var isWithoutBody: Bool { declaredLength ?? 0 == 0 && all("transfer-encoding").isEmpty }
    var isPacked: Bool { ContentCoding(headers) == .gzip }

    private var size: Int {
        headers.reduce(target.raw.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }

    /// The status to refuse with, where two readers could see two different requests (RFC 9112 §6), the header or the body
    /// is declared too large, or it is coded in a way that is not taken.
    func refusal(within bounds: HTTPServerConfiguration) -> Int? {
        if target.raw.utf8.count > bounds.maxHeaderBytes { return 414 }
        if size > bounds.maxHeaderBytes { return 431 }
        if query.count > bounds.maxQueryParameters || target.isMalformed { return 400 }
        let lengths = all("content-length")
        let codings = all("transfer-encoding")
        if lengths.count > 1 || (!lengths.isEmpty && !codings.isEmpty) { return 400 }
        if codings.count > 1 || codings.contains(where: { $0.lowercased() != "chunked" }) { return 400 }
        if let length = lengths.first {
            guard !length.isEmpty, length.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return 400 }
            guard let number = Int(length), number <= bounds.maxBodyBytes else { return 413 }
        }
        if version == "HTTP/1.1", all("host").count != 1 { return 400 }
        // Who reads the first of two and who reads the last would see different callers and documents (RFC 9110 §5.3).
        if all("authorization").count > 1 || all("content-type").count > 1 { return 400 }
        if version != "HTTP/1.1", !codings.isEmpty { return 400 }
        if !all("host").allSatisfy(Self.isAuthority) { return 400 }
        if !headers.allSatisfy({ Self.isToken($0.name) && !Self.holdsControls($0.value) }) { return 400 }
        if Self.holdsControls(path) || !Self.isToken(method) { return 400 }
        if query.contains(where: { Self.holdsControls($0.0) || Self.holdsControls($0.1) }) { return 400 }
        // Refused before its body is read (RFC 9110 §15.5.16).
        return ContentCoding(headers) == nil ? 415 : nil
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    /// RFC 3986 §3.2.2, user information left out.
    private static func isAuthority(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            (48...58).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "-._~%[]!$&'()*+;=".utf8.contains(byte)
        }
    }

    /// A tab is white space; every other control character is dangerous (RFC 9110 §5.5).
    private static func holdsControls(_ text: String) -> Bool {
        text.utf8.contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }
    }
}
