import Transport

/// Which bodies are documents at all. What is none is refused at the door with what is taken: it could never be mended, so
/// it makes no dead letter.
enum DocumentMedia {
    /// - Throws: `Problem` 415 where the media type, or the first bytes, say that it is something else.
    ///
    /// - Parameter mayBeEmpty: a withdrawal needs no words.
    static func check(_ body: [UInt8], mediaType header: String?, mayBeEmpty: Bool) throws(Problem) {
        if mayBeEmpty, body.isEmpty { return }
        guard body.contains(where: { $0 > 0x20 }) else {
            throw Problem(.badRequest, zh: "报文为空。", en: "The document is empty.")
        }
        let type = mediaType(header)
        let isNamed = type.hasSuffix("xml") || type.hasSuffix("json")
        guard isNamed || isGeneral(type), !isContainer(body), looksLikeDocument(body) else { throw refusal }
    }

    /// What is kept of a media type: itself and its charset. Other parameters are free text, a file's name for one, which may
    /// name a person and would stand in clear beside a sealed document.
    static func kept(_ header: String?) -> String {
        let type = mediaType(header)
        guard isToken(type, atMost: 100) else { return "application/octet-stream" }
        let parameters = (header ?? "").split(separator: ";").dropFirst().map {
            $0.filter { !" \t\"".contains($0) }.lowercased()
        }
        guard let charset = parameters.first(where: { $0.hasPrefix("charset=") && isToken($0, atMost: 48) }) else {
            return type
        }
        return "\(type); \(charset)"
    }

    private static func isToken(_ text: String, atMost limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || "/=+-._".utf8.contains($0)
            }
    }

    private static func mediaType(_ header: String?) -> String {
        let type = (header ?? "").prefix { $0 != ";" }
        return type.filter { $0 != " " && $0 != "\t" }.lowercased()
    }

    /// Types that say nothing of the content; command-line programs send the last one unless they are told otherwise.
    private static func isGeneral(_ type: String) -> Bool {
        type.isEmpty || type.hasPrefix("text/") || type == "application/octet-stream"
            || type == "application/x-www-form-urlencoded"
    }

    /// PDF, PNG, JPEG, GIF, ZIP, gzip, RAR, Office's older files and a part of a multipart body.
    private static func isContainer(_ body: [UInt8]) -> Bool {
        let beginnings: [[UInt8]] = [
            Array("%PDF".utf8), [0x89, 0x50, 0x4E, 0x47], [0xFF, 0xD8, 0xFF], Array("GIF8".utf8),
            [0x50, 0x4B, 0x03, 0x04],
            [0x1F, 0x8B], Array("Rar!".utf8), [0xD0, 0xCF, 0x11, 0xE0], Array("--".utf8),
        ]
        return beginnings.contains { body.starts(with: $0) }
    }

    /// XML and JSON begin with a sign of ASCII, behind blanks, byte order marks and the zero bytes of UTF-16.
    private static func looksLikeDocument(_ body: [UInt8]) -> Bool {
        let marks: Set<UInt8> = [0xEF, 0xBB, 0xBF, 0xFE, 0xFF, 0x84, 0x31, 0x95, 0x33]
        let first = body.prefix(4096).first { $0 > 0x20 && !marks.contains($0) }
        return first.map { "<{[".utf8.contains($0) } ?? false
    }

    private static var refusal: Problem {
        var problem = Problem(
            .unsupportedMediaType,
            zh: "只接受 XML 或 JSON 报文（application/xml、application/json，可用 gzip 压缩）；附件请用 Base64 写在报文内。",
            en:
                "Only XML and JSON documents are taken (application/xml, application/json, gzip or plain); attachments go into them as Base64."
        )
        problem.headers = [("Accept", "application/xml, application/json"), ("Accept-Encoding", "gzip, identity")]
        return problem
    }
}
