import Testing

@testable import Intake

/// What is kept of a media type beside a document that may be sealed.
@Suite struct DocumentMediaTests {
    @Test func `type and charset alone are kept, whatever else the header says`() {
        let free = [
            #"name="诸葛甄隐.xml""#, "title=zhuge", #"filename*=UTF-8''%E8%AF%B8"#, "boundary=320402199001011234", "诸葛", "",
        ]
        for (type, charset, kept) in [
            ("application/xml", "charset=GB18030", "application/xml; charset=gb18030"),
            ("application/json", "", "application/json"), ("Text/XML", #"charset="utf-8""#, "text/xml; charset=utf-8"),
            ("application/vnd.x+json", "charset=诸葛", "application/vnd.x+json"),
        ] {
            for other in free {
                for parts in [[type, charset, other], [type, other, charset]] {
                    #expect(DocumentMedia.kept(parts.joined(separator: "; ")) == kept)
                }
            }
        }
        for header in [nil, "", "诸葛", "a b/诸葛", String(repeating: "a", count: 101), ";charset=utf-8"] {
            #expect(DocumentMedia.kept(header) == "application/octet-stream")
        }
    }
}
