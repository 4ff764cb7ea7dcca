import Documents
import StrictJSON

extension Engine {
    /// What is known of an attachment is its size, its media type and its SM3; its bytes stay in the message as it came.
    func attachment(
        _ text: String, _ value: PlannedValue, place: Place, at node: Node, source: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        run.attachments += 1
        guard run.attachments <= mapping.maxAttachments else {
            note("tooManyAttachments", .warning, place, source, line, &run)
            return nil
        }
        let claim = value.claimed.map { Blanks.trimmed($0.string(at: node)) }.flatMap { $0.isEmpty ? nil : $0 }
        let stated = value.digest.map { Blanks.trimmed($0.string(at: node)) }.flatMap { $0.isEmpty ? nil : $0 }
        if let digest = AttachmentReference.digest(in: text) {
            note("attachmentByDigest", .info, place, source, line, &run)
            run.uploadClaims.append(
                UploadClaim(
                    path: TargetTree.dotted(place.path), sha256: digest, digest: stated, format: claim,
                    mostBytes: mapping.maxAttachmentBytes))
            trace(.string(digest), at: place, from: source, raw: "sha-256", by: ["base64"], line: line, &run)
            return ["sha256": .string(digest)]
        }
        guard text.utf8.count / 4 * 3 <= mapping.maxAttachmentBytes + mapping.maxAttachmentBytes / 8 + 2 else {
            note("attachmentTooLarge", .warning, place, source, line, &run)
            return nil
        }
        let (claimedByURI, decoded) = Base64Text.decode(text)
        guard let bytes = decoded, !bytes.isEmpty else {
            note("attachmentUndecodable", .warning, place, source, line, &run)
            return nil
        }
        guard bytes.count <= mapping.maxAttachmentBytes else {
            note("attachmentTooLarge", .warning, place, source, line, &run)
            return nil
        }
        let (mime, isAsClaimed) = AttachmentFormat.mediaType(of: bytes, claimed: claim ?? claimedByURI)
        if !isAsClaimed { note("attachmentTypeMismatch", .warning, place, source, line, &run) }
        let sm3 = digests.sm3(bytes)
        if let stated, let problem = problem(with: stated, of: bytes, sm3: sm3) {
            note(problem, .warning, place, source, line, &run)
        }
        trace(
            .string(mime), at: place, from: source, raw: "\(bytes.count) bytes", by: ["base64"], line: line,
            &run)
        return .compact([("mime", .string(mime)), ("size", JSONValue(bytes.count)), ("sm3", .string(sm3))])
    }

    private func problem(with stated: String, of bytes: [UInt8], sm3: String) -> String? {
        switch StatedDigest(stated) {
        case .md5(let hex): hex == digests.md5(bytes) ? nil : "attachmentDigestMismatch"
        case .sm3OrSHA256(let hex): hex == sm3 || hex == digests.sha256(bytes) ? nil : "attachmentDigestMismatch"
        case nil: "attachmentDigestUnknown"
        }
    }
}

/// What an attachment is, by its first bytes: a name's ending proves nothing.
public enum AttachmentFormat {
    /// - Parameter claimed: an ending, a file name or a media type.
    /// - Returns: the media type, and whether the claim agrees with the bytes.
    public static func mediaType(of bytes: [UInt8], claimed: String?) -> (String, isAsClaimed: Bool) {
        let container = container(of: bytes)
        return held(claimed, against: container, orElse: container)
    }

    /// The same of an upload, whose media type was found by its first bytes.
    static func mediaType(ofUpload stored: String, claimed: String?) -> (String, isAsClaimed: Bool) {
        let container = known.values.first { $0.mediaType == stored }?.container ?? stored
        return held(claimed, against: container, orElse: stored)
    }

    private static func held(
        _ claimed: String?, against container: String, orElse mediaType: String
    ) -> (String, isAsClaimed: Bool) {
        guard let claimed else { return (mediaType, true) }
        let word = claimed.split { $0 == "." || $0 == "/" }.last.map { $0.lowercased() } ?? ""
        guard let (named, expected) = known[word], expected == container else { return (mediaType, false) }
        return (named, true)
    }

    private static func container(of bytes: [UInt8]) -> String {
        magic.first { bytes.starts(with: $0.first) }?.mediaType ?? "application/octet-stream"
    }

    private static let magic: [(first: [UInt8], mediaType: String)] = [
        (Array("%PDF".utf8), "application/pdf"), ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ([0x89, 0x50, 0x4E, 0x47], "image/png"), ([0x50, 0x4B, 0x03, 0x04], "application/zip"),
        ([0xD0, 0xCF, 0x11, 0xE0], "application/msword"),
    ]

    /// Endings and media subtypes: the media type, and the container that its first bytes show.
    private static let known: [String: (mediaType: String, container: String)] = [
        "pdf": ("application/pdf", "application/pdf"), "jpg": ("image/jpeg", "image/jpeg"),
        "jpeg": ("image/jpeg", "image/jpeg"), "png": ("image/png", "image/png"),
        "zip": ("application/zip", "application/zip"), "ofd": ("application/ofd", "application/zip"),
        "doc": ("application/msword", "application/msword"), "msword": ("application/msword", "application/msword"),
        "docx": (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip"
        ),
    ]
}
