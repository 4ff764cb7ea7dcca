import Canonical
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Documents
@testable import Translation

private func mapping(_ rules: String, head: String = "", record: String = "/R/P", kind: String = "notification")
    -> String
{
    """
    <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" title="试" source="xml" kind="\(kind)"
             \(head.isEmpty ? "accepts=\"/R\"" : head)>
    <each record="\(record)">
    \(rules)
    </each>
    </mapping>
    """
}

private func translate(_ document: String, _ bench: Workbench) throws -> TranslatedDocument {
    try bench.translator().translate(
        Array(document.utf8), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
        receivedAt: Timestamp(secondsSince1970: 1_699_408_800), limits: ParseLimits(), explain: false)
}

@Suite struct Meanings {
    private static let rules = """
        <constant to="urgency/claimed" value="urgent" when="yes(x)"/>
        <constant to="urgency/claimed" value="normal" when="no(x)"/>
        """

    @Test(arguments: ["是", "1", "Y", "ｙｅｓ", " 是\n   ", "是。", "TRUE", "√", "已提交", "有"])
    func `every word for yes is one`(word: String) throws {
        let bench = try Workbench(mapping(Self.rules))
        defer { bench.remove() }
        let record = try #require(try translate("<R><P><x>\(word)</x></P></R>", bench).records.first)
        #expect(record.application.text("urgency.claimed") == "urgent" && record.findings.isEmpty)
    }

    @Test(arguments: ["也许", "2", "部分", "见说明"])
    func `a word that is neither is told once, where it stands, at the field that it decides`(word: String) throws {
        let bench = try Workbench(mapping(Self.rules))
        defer { bench.remove() }
        let record = try #require(try translate("<R><P><x>\(word)</x></P></R>", bench).records.first)
        #expect(record.application.text("urgency.claimed") == nil)
        #expect(record.findings.map(\.code) == ["notABoolean"])
        #expect(record.findings.first?.path == "urgency.claimed" && record.findings.first?.location?.path == "/R/P/x")
    }

    @Test(arguments: ["无", "不详", "——", "N/A", "（无）", "无。", "未提供", "０００００", "null", "/", "***", "…"])
    func `a placeholder is nothing to a test, and to what is required`(word: String) throws {
        let bench = try Workbench(
            mapping(
                #"<value to="recipient/name" from="x" required="yes"/><constant to="remarks" value="有" when="given(x)"/>"#
            ))
        defer { bench.remove() }
        let record = try #require(try translate("<R><P><x>\(word)</x></P></R>", bench).records.first)
        #expect(!record.isUsable && record.application.text("remarks") == nil)
        #expect(record.findings.contains { $0.code == "missing" })
    }

    @Test(arguments: [
        ("yes()", "takes a path"), ("is(x)", "takes a path"), ("is(x, y)", "takes a path"),
        ("coded(x, 'nolist', 'a')", "unknown code list"), ("coded(x, 'sex', 'z')", "no code of sex"),
        ("says(x, ' ')", "empty word"), ("yess(x)", "there is no function"),
    ])
    func `a test that means nothing is refused at load`(xpath: String, text: String) throws {
        let bench = try Workbench(mapping(#"<constant to="remarks" value="1" when="\#(xpath)"/>"#))
        defer { bench.remove() }
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        #expect(
            error?.complaints.contains { $0.text.contains(text) && $0.line == 4 } ?? false,
            "\(String(describing: error))")
    }

    /// Both evaluators over the shipped conditions, with the meaning that mappings have.
    @Test func `every shipped test gives the same by libxml2`() throws {
        let translator = try Translator(directory: mappingsFolder.path, digests: .fixed)
        let loaded = try MappingLoader.load(directory: mappingsFolder.path, digest: { _ in "" })
        let meaning = MappingMeaning(codes: loaded.codes, placeholders: loaded.placeholders)
        var count = 0
        for mapping in translator.inForce.mappings where mapping.isInbound {
            let folder = mappingsFolder.appending(path: mapping.id + "/examples")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            guard let name = names.first(where: { $0.hasPrefix("all-fields") && !$0.contains(".expected.") }),
                let document = try? Document.parse([UInt8](Data(contentsOf: folder.appending(path: name))))
            else { continue }
            let nodes = Self.everyNode(below: document.root)
            for (xpath, _) in mapping.expressions where try !TextCall.all(in: xpath).isEmpty {
                let tests = try XPathExpression.tests(of: xpath, meaning)
                let quick = try XPathExpression(xpath, direct: DirectExpression(xpath, tests: tests), tests: tests)
                let whole = try XPathExpression(xpath, direct: nil, tests: tests)
                for node in nodes {
                    #expect(quick.bool(at: node) == whole.bool(at: node), "\(xpath) at \(node.location.path)")
                    count += 1
                }
            }
        }
        #expect(count > 5_000)
    }

    private static func everyNode(below node: Node) -> [Node] { [node] + node.children.flatMap(everyNode) }
}

@Suite struct RawComparisons {
    @Test(arguments: [
        "x = '1'", "a[. != '是']", "contains(x, '公司')", "starts-with(x, '0')", "'1' = x", "x > 0", "a/b[c = 'd']/e",
        "normalize-space(x)", "not(normalize-space(x))", "substring(x, 1, 6)", "string-length(x) = 6", "x = 5",
    ])
    func `what compares raw text is noted`(xpath: String) { #expect(!RawComparison.advice(for: xpath).isEmpty) }

    @Test(arguments: [
        "yes(x)", "is(x, '1')", "coded(x, 'sex', '1')", "folded(x) = '1'", "contains(folded(x), 'a')", "count(x) = 1",
        "a[given(b)]", "x", "string-length(folded(x)) = 5", "substring(folded(x), 5, 2) = '00'", "x1 | y2/z3",
        "concat('a', x)", "self::*[no(x)]", "local-name() = 'a'",
    ])
    func `what asks for meaning is not`(xpath: String) {
        #expect(RawComparison.advice(for: xpath).isEmpty, "\(RawComparison.advice(for: xpath))")
    }

    @Test func `no shipped mapping compares raw text`() throws {
        let translator = try Translator(directory: mappingsFolder.path, digests: .fixed)
        for mapping in translator.inForce.mappings where mapping.isInbound {
            for (xpath, line) in mapping.expressions {
                #expect(RawComparison.advice(for: xpath).isEmpty, "\(mapping.id):\(line ?? 0) \(xpath)")
            }
            let advice = PresenceQuestions.advice(for: mapping, translator.placeholders)
            #expect(advice.isEmpty, "\(mapping.id): \(advice)")
        }
    }

    /// 不清楚 is an answer about the will and 没有 one to yes or no, though both say nothing elsewhere.
    @Test(arguments: [
        ("will", "consent/applyWill", "", "applyWill", "不清楚"),
        ("mine", "applyingAgent/interestConflict", #"as="boolean""#, "boolean", "没有"),
    ])
    func `a question for presence knows what the field is read for`(
        field: String, target: String, reading: String, use: String, word: String
    ) throws {
        func bench(_ question: String) throws -> Workbench {
            try Workbench(
                """
                <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" version="1" source="xml" accepts="/R">
                <each record="/R">
                <value to="\(target)" from="\(field)" \(reading)/>
                <constant to="remarks" value="silent" when="not(\(question))"/>
                </each>
                </mapping>
                """)
        }
        for (question, isHeard) in [("given(\(field))", false), ("given(\(field), '\(use)')", true)] {
            let bench = try bench(question)
            defer { bench.remove() }
            let translator = try bench.translator()
            let result = translator.translate(
                Array("<R><\(field)>\(word)</\(field)></R>".utf8), format: nil, declaredEncoding: nil, mapping: nil,
                among: nil, receivedAt: Timestamp(secondsSince1970: 1_709_254_800), limits: ParseLimits(),
                explain: false)
            let record = try #require(result.records.first)
            #expect((record.application.text("remarks") == nil) == isHeard)
            let mapping = try #require(translator.inForce.mappings.first)
            #expect(PresenceQuestions.advice(for: mapping, translator.placeholders).isEmpty == isHeard)
        }
    }
}

@Suite struct Wills {
    private static let loaded = Result { try MappingLoader.load(directory: mappingsFolder.path, digest: { _ in "" }) }

    private func read(_ text: String) throws -> ApplicationWill.Reading {
        let codes = try Self.loaded.get().codes
        return try #require(ApplicationWill(codes)).read(text)
    }

    private static let subjects = ["", "本人", "其本人", "当事人", "受援人"]
    private static let acts = ["", "申请", "申请法律援助", "提出法律援助申请", "接受法律援助"]

    @Test(arguments: subjects, ["同意", "愿意", "自愿", "要求", "已同意", "希望"])
    func `who says yes applies`(subject: String, verb: String) throws {
        for text in Self.acts.map({ subject + verb + $0 }) { #expect(try read(text) == .stated("self"), "\(text)") }
    }

    @Test(arguments: subjects, ["不同意", "不愿意", "不", "未", "没有", "放弃", "拒绝", "不想", "暂不"])
    func `who says no does not`(subject: String, verb: String) throws {
        for act in Self.acts {
            let reading = try read(subject + verb + act)
            // “本人没有” alone says not what.
            let isOpen = act.isEmpty && !subject.isEmpty && reading == .unclear
            #expect(reading == .declined || isOpen, "\(subject + verb + act)")
        }
    }

    @Test(arguments: ["待", "尚不确定是否", "考虑", "如需要再", "可能", "未明确是否"], ["同意", "申请", "愿意申请", "接受援助"])
    func `what is left open is not assumed`(doubt: String, verb: String) throws {
        let text = doubt == "待" ? "待本人确认后\(verb)" : doubt + verb
        #expect(try read(text) == .unclear, "\(text)")
    }

    @Test(arguments: ["由家属代为申请", "法定代理人申请", "监护人代其申请"])
    func `who applies for another is an agent`(text: String) throws { #expect(try read(text) == .stated("agent")) }

    @Test(arguments: [("是", [String]()), ("不愿意", ["willDeclined"]), ("㐀㐁", ["willUnclear"]), ("", ["willMissing"])])
    func `a lead is told why it is one`(text: String, codes: [String]) throws {
        let bench = try Workbench(
            mapping(#"<value to="consent/applyWill" from="w"/>"#, kind: "application"))
        defer { bench.remove() }
        let record = try #require(try translate("<R><P><w>\(text)</w></P></R>", bench).records.first)
        let told = record.findings.filter { $0.code.hasPrefix("will") }
        #expect(told.map(\.code) == codes && told.allSatisfy { $0.path == "consent.applyWill" && $0.location != nil })
    }
}

@Suite struct SeveralMessages {
    private func bench() throws -> Workbench {
        let bench = try Workbench(
            mapping(
                #"<value to="recipient/name" from="n"/><value to="recipient/idNumber" from="i" as="residentId"/>"#,
                head: #"messages="/R/M" accepts="is(T, 'A')""#, record: "P"))
        try FileManager.default.createDirectory(
            at: bench.folder.appending(path: "a/c"), withIntermediateDirectories: true)
        try mapping(
            #"<value to="reference/name" from="n"/>"#, head: #"messages="/R/M" accepts="is(T, 'B')""#, record: "P",
            kind: "cancel"
        ).replacing("id=\"a/b\"", with: "id=\"a/c\"").write(
            to: bench.folder.appending(path: "a/c/mapping.xml"), atomically: true, encoding: .utf8)
        return bench
    }

    @Test func `each message of a document is read by its own type, and a stranger is told where it stands`() throws {
        let bench = try bench()
        defer { bench.remove() }
        let found = try translate(
            "<R><M><T>A</T><P><n>甲</n></P></M><M><T>Ｂ </T><P><n>乙</n></P></M><M><T>C</T><P/></M></R>", bench)
        #expect(found.records.map(\.application.intakeKind) == [.notification, .cancel])
        #expect(found.records.map { $0.mapping?.id } == ["a/b", "a/c"])
        #expect(found.findings.map { "\($0.code) \($0.location?.path ?? "")" } == ["noMapping /R/M[3]"])
        let turned = try translate("<R><M><T>B</T><P><n>乙</n></P></M><M><T>A</T><P><n>甲</n></P></M></R>", bench)
        #expect(turned.records.map(\.application.intakeKind) == [.cancel, .notification])
    }

    private static let (one, other) = ("32048120090918996X", "320412199202299948")

    @Test(
        arguments: [
            (one, "甲", 1, "personRepeated"), (other, "甲", 2, "personDoubtful"), (one, "乙", 2, "personDoubtful"),
            (other, "乙", 2, nil), ("", "甲", 2, "personDoubtful"),
        ] as [(String, String, Int, String?)])
    func `the same person twice is one, and what is doubtful stays two and is told`(
        number: String, name: String, count: Int, code: String?
    ) throws {
        let bench = try bench()
        defer { bench.remove() }
        let found = try translate(
            "<R><M><T>A</T><P><n>甲</n><i>\(Self.one)</i></P><P><n>\(name)</n><i>\(number)</i></P></M></R>", bench)
        #expect(found.records.count == count)
        let told = found.records.flatMap(\.findings).filter { $0.code.hasPrefix("person") }
        #expect(told.map(\.code) == [code].compactMap(\.self))
        #expect(told.allSatisfy { $0.location?.path == "/R/M/P[2]" })
    }

    @Test func `the same person under message ids of one's own is told, and each id keeps its record`() throws {
        let rules = """
            <value to="source/messageId" from="@id"/><value to="recipient/name" from="n"/>
            <value to="recipient/idNumber" from="i"/>
            """
        let bench = try Workbench(mapping(rules))
        defer { bench.remove() }
        for (ids, count, code) in [(("1", "1"), 1, "personRepeated"), (("1", "2"), 2, "personDoubtful")] {
            let person = "<n>甲</n><i>\(Self.one)</i></P>"
            let found = try translate("<R><P id='\(ids.0)'>\(person)<P id='\(ids.1)'>\(person)</R>", bench)
            #expect(found.records.count == count)
            let told = found.records.flatMap(\.findings).filter { $0.code.hasPrefix("person") }
            #expect(told.map(\.code) == [code] && told.allSatisfy { $0.location?.path == "/R/P[2]" })
        }
    }
}

@Suite struct SharedRules {
    private func bench(_ fragment: String, _ rules: String) throws -> Workbench {
        let bench = try Workbench(mapping(rules))
        try FileManager.default.createDirectory(
            at: bench.folder.appending(path: "a/fragments"), withIntermediateDirectories: true)
        try "<fragment xmlns=\"urn:legal-aid-gateway:mapping:1\">\n\(fragment)\n</fragment>".write(
            to: bench.folder.appending(path: "a/fragments/x.xml"), atomically: true, encoding: .utf8)
        return bench
    }

    @Test func `a fragment's rules stand in the include's place and are told by both lines`() throws {
        let bench = try bench(
            #"<value to="sexCode" from="s"/>"#,
            #"<within to="recipient" node="."><include fragment="a/fragments/x"/></within>"#)
        defer { bench.remove() }
        let record = try #require(try translate("<R><P><s>怪</s></P></R>", bench).records.first)
        #expect(record.findings.map { $0.rule ?? "" } == ["a/b:4002"])
    }

    @Test(arguments: [
        (#"<value to="nowhere" from="s"/>"#, "fragments/x.xml:2: unknown target nowhere"),
        (#"<include fragment="a/fragments/x"/>"#, "includes itself"), ("<vlue/>", "unknown rule <vlue>"),
    ])
    func `what is wrong with a fragment is told in its own file`(fragment: String, text: String) throws {
        let bench = try bench(fragment, #"<include fragment="a/fragments/x"/>"#)
        defer { bench.remove() }
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        let told = error?.complaints.map { "\($0.file):\($0.line ?? 0): \($0.text)" } ?? []
        #expect(told.contains { $0.contains(text) }, "\(told)")
    }

    @Test func `several places are asked in turn, texts are joined, and what cannot be read has a stand-in`() throws {
        let bench = try Workbench(
            mapping(
                """
                <value to="recipient/name" from="a || b || c"/>
                <value to="remarks" from="n" join="；"/>
                <value to="groupSize" from="g" otherwise="1"/>
                """))
        defer { bench.remove() }
        let record = try #require(
            try translate("<R><P><a>无</a><c>丙</c><n>一</n><n>无</n><n>二</n><g>若干</g></P></R>", bench).records.first)
        #expect(record.application.text("recipient.name") == "丙")
        #expect(record.application.text("remarks") == "一；二")
        #expect(record.application.value("groupSize")?.int == 1)
        #expect(record.findings.contains { $0.code == "notANumber" && $0.path == "groupSize" })
    }

    @Test(arguments: ["1a", "a b", "a//b", "x:y:z", "@"])
    func `a name that XML does not allow is refused at load`(name: String) throws {
        let bench = try Workbench(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" direction="out" target="xml" root="r">
            <constant to="\(name)" value="1"/></mapping>
            """)
        defer { bench.remove() }
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        #expect(error?.complaints.contains { $0.text.contains("no name that XML allows") } ?? false)
    }
}
