import Testing

@testable import Canonical

private func masked(_ text: String) -> String { MaskedText(Array(text.utf8)).lines.joined(separator: "\n") }

@Suite struct MaskedTextTests {
    @Test func `names and structure stay, every value goes, and columns still fit`() {
        let text = #"<?xml version="1.0"?><R><XM id="A1">张三丰</XM><!-- 李四 --><D><![CDATA[139a]]></D>&amp;&#24352;</R>"#
        let result = masked(text)
        #expect(
            result
                == ##"<?xml version="1.0"?><R><XM id="x#">***</XM><!-- ** --><D><![CDATA[###x]]></D>&amp;&######;</R>"##
        )
        #expect(result.count == text.count)
    }

    @Test func `JSON keeps its keys and masks strings, numbers and what stands in a key's place`() {
        let text = #"{"name":"张三","n":[13800000000,true,null],"a\"b":"x\"y","32040219790101":1}"#
        #expect(
            masked(text)
                == "{\"name\":\"**\",\"n\":[###########,true,null],\"a\\\"b\":\"x\\\"x\",\"##############\":#}")
        // After a value a string is no key, whatever follows it.
        #expect(masked(#"{"a":"张三":1}"#) == ##"{"a":"**":#}"##)
    }

    @Test(arguments: [
        "<A>张三13800000000", "<A b='张三13800000000", "<A 张三 13800000000>", "张三13800000000 <A>",
        "<A>1 < 张三 13800000000</A>", #"{"a": "张三13800000000"#, #"["张三","13800000000"]"#, "<!DOCTYPE 张三13800000000>",
        #"<?xml version="1.0"#, "<?x 张三13800000000?>", "<A13800000000/>",
    ])
    func `a broken document betrays nothing either`(text: String) {
        let result = masked(text)
        #expect(!result.contains("13800000000"))
        #expect(!result.contains("张三") || text.contains("<A 张三"))
    }

    @Test func `an excerpt holds the marked line and its neighbours, cut around the column`() {
        let long = "<A>" + String(repeating: "x", count: 1_000) + "</B>"
        let lines = (["<R>"] + Array(repeating: "<A>1</A>", count: 9) + [long, "</R>"]).joined(separator: "\n")
        let excerpt = MaskedText(Array(lines.utf8)).excerpt(line: 11, column: 1004)
        #expect(excerpt.map(\.number) == [8, 9, 10, 11, 12])
        let marked = excerpt[3]
        #expect(marked.markedColumn == 1004)
        #expect(marked.text.count == 160)
        #expect(marked.text.dropFirst(1004 - marked.firstColumn).hasPrefix("</B>"))
        #expect(MaskedText([]).excerpt(line: 4, column: 2).count == 1)
        #expect(MaskedText(Array("<A/>".utf8)).excerpt(line: 99, column: nil).map(\.number) == [1])
    }
}
