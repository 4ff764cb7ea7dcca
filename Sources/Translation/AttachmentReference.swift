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

    /// With what is known of those uploads; a reference to one that is not known becomes a warning in its place.
    ///
    /// - Parameter facts: by SHA-256: media type, size in bytes and SM3.
    public func resolving(uploads facts: [String: (mediaType: String, size: Int, sm3: String)]) -> TranslatedDocument {
        var resolved = self
        resolved.records = records.map { record in
            guard !record.application.uploadsReferredTo.isEmpty else { return record }
            var record = record
            var materials = record.application.value("materials")?.array ?? []
            var unknown: Set<String> = []
            for (index, material) in materials.enumerated() {
                guard let digest = material["sha256"]?.string else { continue }
                guard let known = facts[digest] else {
                    unknown.insert("materials[\(index)].")
                    continue
                }
                materials[index]["mime"] = .string(known.mediaType)
                materials[index]["size"] = JSONValue(known.size)
                materials[index]["sm3"] = .string(known.sm3)
            }
            record.application.set("materials", .array(materials))
            record.findings = record.findings.map { finding in
                guard finding.code == "attachmentByDigest", let path = finding.path,
                    unknown.contains(where: path.hasPrefix)
                else { return finding }
                return Finding(
                    severity: .warning, code: "attachmentNotUploaded", path: path, location: finding.location,
                    rule: finding.rule)
            }
            return record
        }
        return resolved
    }
}

extension LegalAidApplication {
    /// SHA-256 of the uploads that its materials refer to.
    public var uploadsReferredTo: [String] { (value("materials")?.array ?? []).compactMap { $0["sha256"]?.string } }
}
