extension HTTPResponse {
    /// The answer with the tag of its content (RFC 9110 §8.8.3), for what may be kept and asked for again; 304 without
    /// content where the caller has it as it is (§13.1.2).
    public func tagged(for request: HTTPRequest) -> HTTPResponse {
        let tag = "\"\(Digest.hex(Digest.sha256(body)).prefix(32))\""
        let kept =
            headers.filter { !isSameField($0.name, "Cache-Control") }
            + [("ETag", tag), ("Cache-Control", "private, no-cache")]
        let known = request.headers.filter { isSameField($0.name, "If-None-Match") }
            .flatMap { $0.value.split(separator: ",") }
            .map { $0.drop { $0 == " " } }.map { $0.hasPrefix("W/") ? $0.dropFirst(2) : $0 }
            .map { String($0.prefix { $0 != " " }) }
        guard known.contains(tag) || known == ["*"] else {
            return HTTPResponse(status: status, headers: kept, body: body)
        }
        return HTTPResponse(status: 304, headers: kept.filter { !isSameField($0.name, "Content-Type") })
    }
}
