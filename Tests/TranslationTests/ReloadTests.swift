import Canonical
import Documents
import Foundation
import Testing
import Vocabulary

@testable import Translation

private let mappings = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Mappings")

/// The shipped mappings, in a copy that a test may spoil.
@Suite struct Reloading {
    @Test(arguments: [
        (
            #"to="recipient/sexCode""#, #"to="recipient/sexcode""#,
            "unknown target recipient/sexcode; did you mean recipient/sexCode?"
        ),
        (#"as="residentId""#, #"as="residentID""#, "unknown converter residentID; did you mean residentId?"),
        (#"codes="statusCode""#, #"codes="statuscode""#, "unknown code list statuscode; did you mean statusCode?"),
        (#"codes="sex""#, #"codes="sexx""#, "unknown code list sexx; did you mean sex?"),
        (
            "normalize-space(", "normalise-space(",
            "there is no function normalise-space(); did you mean normalize-space?"
        ),
        (#" from=""#, #" from="[["#, "this is no XPath 1.0: [["),
        ("<read ", "<raed ", "unknown rule <raed>; did you mean read?"),
    ])
    func `one typo is refused by file, line and word, and the running set stays`(
        right: String, wrong: String, text: String
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reload-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: mappings, to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let translator = try Translator(directory: folder.path, digests: .none)
        let example = try Data(
            contentsOf: folder.appending(path: "court/defence-notice/examples/all-fields.gb18030.xml"))
        func translated() -> [LegalAidApplication] {
            translator.translate(
                [UInt8](example), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
                receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits(), explain: false
            ).records.map(\.application)
        }
        let before = translated()
        #expect(before.count == 1)
        // Whichever shipped mapping uses the word first.
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted().filter {
            $0.hasSuffix("/mapping.xml")
        }.map { folder.appending(path: $0) }
        let file = try #require(files.first { (try? String(contentsOf: $0, encoding: .utf8).contains(right)) ?? false })
        let source = try String(contentsOf: file, encoding: .utf8)
        let place = try #require(source.range(of: right))
        var spoilt = source
        spoilt.replaceSubrange(place, with: wrong)
        try spoilt.write(to: file, atomically: true, encoding: .utf8)
        let error = #expect(throws: ConfigurationError.self) {
            try Translator(directory: folder.path, digests: .none)
        }
        let complaint = try #require(error?.complaints.first)
        #expect(error?.complaints.count == 1)
        #expect(complaint.text.hasPrefix(text), "\(complaint.text)")
        // The line on which the element begins.
        let start = try #require(source[..<place.upperBound].lastIndex(of: "<"))
        #expect(complaint.file == file.path)
        #expect(complaint.line == source[..<start].count { $0.isNewline } + 1)
        #expect(translated() == before)
    }
}

extension Digests {
    fileprivate static let none = Digests(sm3: { _ in "" }, sha256: { _ in "" }, md5: { _ in "" })
}
