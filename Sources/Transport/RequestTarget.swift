/// What a request line asks for, as its sender wrote it.
struct RequestTarget {
    /// Path and query, not decoded.
    let raw: String
    /// Of an absolute target, which stands in the place of `Host` (RFC 9112 §3.2.2).
    let authority: String?
    /// Bytes before the path.
    private let skipped: Int
    /// Neither a path nor an absolute target of ours.
    let isMalformed: Bool

    init(_ target: String) {
        guard let scheme = ["http://", "https://"].first(where: { target.lowercased().hasPrefix($0) }) else {
            (raw, authority, skipped) = (target, nil, 0)
            isMalformed = (!target.hasPrefix("/") && target != "*") || Self.holdsBlanks(target)
            return
        }
        let authority = target.utf8.dropFirst(scheme.utf8.count).prefix {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?")
        }
        skipped = scheme.utf8.count + authority.count
        let rest = String(decoding: target.utf8.dropFirst(skipped), as: UTF8.self)
        raw = rest.hasPrefix("/") ? rest : "/" + rest
        self.authority = String(decoding: authority, as: UTF8.self)
        // Decoded, it would not be as long as it was written.
        isMalformed =
            authority.isEmpty || authority.contains(UInt8(ascii: "%")) || authority.contains(UInt8(ascii: "@"))
            || Self.holdsBlanks(target)
    }

    /// White space and control characters part a request line (RFC 9112 §3); within a target they are encoded.
    private static func holdsBlanks(_ target: String) -> Bool { target.utf8.contains { $0 <= 0x20 || $0 == 0x7F } }

    /// The value of a field, which is ours where the target says of `Host` itself.
    func host(in field: (name: String, value: String)) -> String {
        authority.flatMap { isSameField(field.name, "Host") ? $0 : nil } ?? field.value
    }

    /// - Parameter decoded: the path as the library gives it, with what stands before it.
    func path(_ decoded: String) -> String {
        guard skipped > 0 else { return decoded }
        let path = String(decoding: decoded.utf8.dropFirst(skipped), as: UTF8.self)
        return path.isEmpty ? "/" : path
    }
}
