extension HTTPResponse {
    /// The answer with the tag of its content (RFC 9110 §8.8.3), for what may be kept and asked for again; 304 without
    /// content where the caller has it as it is (§13.1.2).
    public func tagged(for request: HTTPRequest) -> HTTPResponse {
        let tag = "\"\(Digest.hex(Digest.sha256(body)).prefix(32))\""
        let kept =
            headers.filter { !isSameField($0.name, "Cache-Control") }
            + [("ETag", tag), ("Cache-Control", "private, no-cache")]
        guard request.has(tag) else {
            return HTTPResponse(status: status, headers: kept, body: body)
        }
        return HTTPResponse(status: 304, headers: kept.filter { !isSameField($0.name, "Content-Type") })
    }
}

extension HTTPRequest {
    /// Whether the caller says that it has what bears an entity tag (RFC 9110 §13.1.2); weak and strong tags are compared
    /// alike.
    ///
    /// - Parameter tag: in its quotation marks.
    public func has(_ tag: String) -> Bool {
        headers.filter { isSameField($0.name, "If-None-Match") }.flatMap { $0.value.split(separator: ",") }
            .contains { field in
                let known = field.drop(while: Self.isBlank).reversed().drop(while: Self.isBlank).reversed()
                return known.elementsEqual("*") || known.elementsEqual(tag) || known.elementsEqual("W/" + tag)
            }
    }

    private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
}
