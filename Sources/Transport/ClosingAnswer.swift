import CMicroHTTPD

extension HTTPResponse {
    /// As it goes over the wire where it is the last of its connection (RFC 9112).
    var closing: [UInt8] {
        let reason = MHD_get_reason_phrase_for(UInt32(status)).map { String(cString: $0) } ?? ""
        let date = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            legalaid_http_date(text.baseAddress, text.count)
            return text.baseAddress.map { String(cString: $0) } ?? ""
        }
        let own = [("Date", date), ("Connection", "close"), ("Content-Length", String(body.count))]
        let fields = (own + headers).map { "\($0): \($1)\r\n" }.joined()
        return Array("HTTP/1.1 \(status) \(reason)\r\n\(fields)\r\n".utf8) + body
    }
}

/// Stands where libmicrohttpd looks for its own function of this name, in front of it, so that a request which the library
/// cannot read is answered by a problem of ours.
///
/// The library queues its pages by a call through the dynamic linker, which finds the program's function first;
/// `legalaid_mhd_queue` is the way to the library's own, and the only one that we take. So what comes here is a page of the
/// library's alone. Once it is queued our words are written to the socket, and nothing can be written after them: the
/// library closes the connection as if the other end had gone. Written before, they would tempt whoever reads them to stop
/// the server at once; a page is not queued then, and 0.9.75 looks into it nevertheless. Queued in the page's place they
/// would need memory that a long header has used up, and 0.9.75 writes the head twice where a field is at fault. The page
/// must not be declined: 0.9.75 then goes on reading fields whose memory it has given back (`parse_connection_headers`).
///
/// A library that was linked in another way would answer with its own page, as before.
@c(MHD_queue_response)
public func answerUnread(_ connection: OpaquePointer?, _ status: UInt32, _ page: OpaquePointer?) -> MHD_Result {
    let queued = legalaid_mhd_queue(connection, status, page)
    if let connection, let context = legalaid_mhd_context(connection) {
        Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue().sayLast(Int(status), on: connection)
    }
    return queued
}
