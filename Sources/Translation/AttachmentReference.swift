import Canonical
import Documents
import StrictJSON

/// How a message names an attachment that was uploaded before: `sha-256:` and 64 hexadecimal digits in the place of the
/// Base64 text.
public enum AttachmentReference {
    private static let prefix = "sha-256:"

    /// - Returns: the digest in lower case; nothing where the text is no reference.
    static func digest(in text: String) -> String? {
        guard text.utf8.count < 100 else { return nil }
        let word = Blanks.trimmed(text).lowercased()
        guard word.hasPrefix(prefix) else { return nil }
        let digest = String(word.dropFirst(prefix.count))
        return isDigest(digest) ? digest : nil
    }

    /// Whether it is a SHA-256 in lower-case hexadecimal.
    public static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// The bytes of an attachment that came within a document: whichever text of it is Base64 of just these bytes. The
    /// mapping that read it then is not needed, and what is found is what was received.
    ///
    /// - Parameters:
    ///   - sm3: of the decoded bytes, lower-case hexadecimal.
    ///   - size: how many they are.
    public static func bytes(withSM3 sm3: String, size: Int, in document: Document, digests: Digests) -> [UInt8]? {
        var waiting = [document.root]
        while let node = waiting.popLast() {
            let children = node.children
            waiting += children.reversed()
            var texts = node.attributes.map(\.value)
            if children.isEmpty, node.withText({ $0.count >= size }) { texts.append(node.text) }
            for text in texts where text.utf8.count >= size {
                if let bytes = Base64Text.decode(Blanks.trimmed(text)).bytes, bytes.count == size,
                    digests.sm3(bytes) == sm3
                {
                    return bytes
                }
            }
        }
        return nil
    }
}

extension TranslatedDocument {
    /// SHA-256 of the uploads that its records refer to.
    public var uploadsReferredTo: Set<String> {
        Set(records.flatMap { $0.application.uploadsReferredTo })
    }

    /// With what is known of those uploads. A reference to one that is not known, and what does not agree with one that is,
    /// becomes a warning in its place.
    ///
    /// - Parameter facts: by SHA-256: media type, size in bytes and SM3.
    public func resolving(uploads facts: [String: (mediaType: String, size: Int, sm3: String)]) -> TranslatedDocument {
        var resolved = self
        resolved.records = records.map { $0.application.uploadsReferredTo.isEmpty ? $0 : $0.resolving(uploads: facts) }
        return resolved
    }
}

extension TranslatedRecord {
    fileprivate func resolving(uploads facts: [String: UploadClaim.Upload]) -> TranslatedRecord {
        var record = self
        var materials = application.value("materials")?.array ?? []
        for (index, material) in materials.enumerated() {
            guard let digest = material["sha256"]?.string else { continue }
            let place = "materials[\(index)]."
            let claim = uploadClaims.last { $0.path.hasPrefix(place) && $0.sha256 == digest }
            guard let known = facts[digest] else {
                record.tell([.init(code: "attachmentNotUploaded")], at: place, isInstead: true)
                continue
            }
            let problems = claim?.problems(with: known) ?? []
            record.tell(problems, at: place, isInstead: false)
            if problems.contains(where: { $0.code == "attachmentTooLarge" }) {
                materials[index]["sha256"] = nil
                continue
            }
            let mediaType = AttachmentFormat.mediaType(ofUpload: known.mediaType, claimed: claim?.format).0
            materials[index]["mime"] = .string(mediaType)
            materials[index]["size"] = JSONValue(known.size)
            materials[index]["sm3"] = .string(known.sm3)
        }
        record.application.set("materials", .array(materials))
        return record
    }

    /// - Parameter isInstead: of what was said of the reference.
    private mutating func tell(_ problems: [UploadClaim.Problem], at place: String, isInstead: Bool) {
        findings = findings.flatMap { finding -> [Finding] in
            guard finding.code == "attachmentByDigest", finding.path?.hasPrefix(place) ?? false else {
                return [finding]
            }
            return (isInstead ? [] : [finding])
                + problems.map { finding.told(as: $0.code, .warning, message: $0.message) }
        }
    }
}

extension LegalAidApplication {
    /// SHA-256 of the uploads that its materials refer to.
    public var uploadsReferredTo: [String] { (value("materials")?.array ?? []).compactMap { $0["sha256"]?.string } }
}
