import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

/// An attachment that is referred to by digest is held against what the message says of it like one that came within.
@Suite struct UploadClaims {
    /// By `Digests.fixed`.
    private static let (sha256, sm3, md5) = (
        String(repeating: "2", count: 64), String(repeating: "3", count: 64), String(repeating: "5", count: 32)
    )
    private static let digests = [
        "", sha256, "sha-256:" + sha256, "SHA256:" + sha256, sm3, "SM3:" + sm3, String(repeating: "A", count: 64),
        String(repeating: "b", count: 63), "zz", "sm3:",
    ]
    private static let formats = [
        "", "pdf", "PDF", ".pdf", "application/pdf", "起诉书.pdf", "docx", "ofd", "zip", "jpg", "xyz",
    ]
    private static let papers: [[UInt8]] = [
        Array("%PDF-1.7 a".utf8), [0x50, 0x4B, 0x03, 0x04, 1, 2], [0xFF, 0xD8, 0xFF, 9], Array("plain".utf8),
    ]

    private static func bench() throws -> Workbench {
        try Workbench.inbound(
            """
            <list to="materials" each="A">
              <value to="title" from="@t" required="yes"/>
              <value to="content" from="." as="base64" digest="@d" claimed="@f"/>
            </list>
            """, declared: #"maxAttachmentBytes="100""#)
    }

    private static func document(_ content: String) -> String {
        let attachments = digests.flatMap { digest in
            formats.map { #"<A t="甲" d="\#(digest)" f="\#($0)">\#(content)</A>"# }
        }
        // A record takes fifty attachments.
        return "<R>\(attachments.map { "<P>\($0)</P>" }.joined())</R>"
    }

    private static func told(_ document: TranslatedDocument) -> [String] {
        document.records.flatMap { record in
            record.findings.filter { $0.code != "attachmentByDigest" }.map {
                "\($0.code) \($0.path ?? "") \($0.location?.path ?? "") \($0.field ?? "")"
            }
        }
    }

    @Test func `the same is told of an upload as of bytes within the message`() throws {
        let bench = try Self.bench()
        defer { bench.remove() }
        let translator = try bench.translator()
        for bytes in Self.papers {
            let within = translator.reading(Self.document(Data(bytes).base64EncodedString()))
            let mediaType = AttachmentFormat.mediaType(of: bytes, claimed: nil).0
            let byDigest = translator.reading(Self.document(" SHA-256:\(Self.sha256) "))
                .resolving(uploads: [Self.sha256: (mediaType, bytes.count, Self.sm3)])
            #expect(Self.told(within) == Self.told(byDigest) && !Self.told(within).isEmpty)
            let facts = [within, byDigest].map { document in
                document.records.map { record in
                    let material = record.application.value("materials")?[0]
                    return [material?["mime"], material?["size"], material?["sm3"]]
                }
            }
            #expect(facts[0] == facts[1] && facts[0].count == Self.digests.count * Self.formats.count)
        }
    }

    @Test func `what cannot be held against an upload is said, and what is too large is not taken`() throws {
        let bench = try Self.bench()
        defer { bench.remove() }
        let translator = try bench.translator()
        func resolved(_ digest: String, size: Int) -> TranslatedDocument {
            translator.reading(#"<R><P><A>lost</A><A t="甲" d="\#(digest)">sha-256:\#(Self.sha256)</A></P></R>"#)
                .resolving(uploads: [Self.sha256: ("application/pdf", size, Self.sm3)])
        }
        let unchecked = resolved(Self.md5, size: 100)
        let told = unchecked.records[0].findings.filter { $0.code.hasPrefix("attachmentDigest") }
        #expect(told.map(\.code) == ["attachmentDigestUnknown"] && told[0].message.contains("MD5"))
        #expect(unchecked.records[0].application.uploadsReferredTo == [Self.sha256])
        for size in [101, 5_000] {
            let large = resolved("", size: size)
            #expect(large.told.contains { $0.hasPrefix("attachmentTooLarge materials[0].content /R/P/A[2]") })
            #expect(large.records[0].application.uploadsReferredTo.isEmpty)
            #expect(large.records[0].application.value("materials")?[0]?["size"] == nil)
        }
    }

    /// Every shipped mapping that takes attachments.
    @Test func `a digest that is not known is told with the sender's own name of its place`() throws {
        let translator = try shippedMappings.get()
        var count = 0
        for mapping in translator.inForce.mappings where mapping.isInbound {
            guard Rule.values(in: mapping.allRules).contains(where: \.isBase64) else { continue }
            let folder = mappingsFolder.appending(path: mapping.id + "/examples")
            let name = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first {
                $0.hasPrefix("all-fields") && !$0.contains(".expected.")
            }
            var tree = try SampleTree([UInt8](Data(contentsOf: folder.appending(path: try #require(name)))))
            let base = translator.reading(String(decoding: tree.bytes, as: UTF8.self), explain: true)
            let trace = base.records.flatMap(\.traces).first { $0.conversions.contains("base64") }
            let path = try #require(trace?.location?.path, "\(mapping.id)")
            let isThere = tree.apply(.set("sha-256:" + Self.sha256), at: path)
            try #require(isThere)
            let found = translator.reading(String(decoding: tree.bytes, as: UTF8.self)).resolving(uploads: [:])
            let told = found.records.flatMap(\.findings).filter { $0.code == "attachmentNotUploaded" }
            #expect(!told.isEmpty, "\(mapping.id) \(path)")
            for finding in told {
                #expect(finding.location?.path == path && finding.severity == .warning, "\(mapping.id)")
                #expect(finding.field == FindingNames.plain(path) && finding.rule != nil, "\(mapping.id)")
            }
            count += 1
        }
        #expect(count > 25)
    }
}
