import Canonical
import Documents
import Foundation
import Testing

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
        (#"codes="ethnicity""#, #"codes="ethnicty""#, "unknown code list ethnicty; did you mean ethnicity?"),
        (
            "string-length(normalize-space(FYDM)) = 5", "string-lenght(normalize-space(FYDM)) = 5",
            "there is no function string-lenght(); did you mean string-length? in the XPath string-lenght(normalize-space(FYDM)) = 5"
        ),
        (#"from="XM" as="personName""#, #"from="XM[" as="personName""#, "this is no XPath 1.0: XM["),
        ("<within ", "<witin ", "unknown rule <witin>; did you mean within?"),
    ])
    func `one typo is refused by file, line and word, and the running set stays`(
        right: String, wrong: String, text: String
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "reload-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: mappings, to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let translator = try Translator(directory: folder.path, digests: .none)
        let document = try Data(
            contentsOf: folder.appending(path: "court/defence-notice/examples/all-fields.gb18030.xml"))
        func names() -> [String?] {
            translator.translate(
                [UInt8](document), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
                receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits(), explain: false
            ).records.map { $0.application.text("recipient.name") }
        }
        let before = names()
        #expect(before == ["测试甲"])
        let file = folder.appending(path: "court/defence-notice/mapping.xml")
        let source = try String(contentsOf: file, encoding: .utf8)
        let place = try #require(source.range(of: right))
        var spoilt = source
        spoilt.replaceSubrange(place, with: wrong)
        if wrong.hasPrefix("<") {
            let end = try #require(spoilt.range(of: "</within>"))
            spoilt.replaceSubrange(end, with: "</witin>")
        }
        try spoilt.write(to: file, atomically: true, encoding: .utf8)
        let error = #expect(throws: MappingSetError.self) { try translator.reload() }
        let line = source[..<place.lowerBound].count { $0 == "\n" } + 1
        #expect(error?.complaints == [MappingComplaint(file: file.path, line: line, text: text)])
        #expect(names() == before)
        try source.write(to: file, atomically: true, encoding: .utf8)
        try translator.reload()
        #expect(names() == before)
    }
}

extension Digests {
    fileprivate static let none = Digests(sm3: { _ in "" }, sha256: { _ in "" }, md5: { _ in "" })
}
