import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

/// Two rules for one field: what the sender said and the mapping did not take is told where it stands.
@Suite struct Contradictions {
    // MARK: Rules of one's own

    private static let ground = #"<constant to="criminal/expectedSentence3yPlus" value="true" when="is(G, '甲')"/>"#
    private static let own = #"<value to="criminal/expectedSentence3yPlus" from="OWN"/>"#

    @Test(arguments: ["", "<within node=\"..\">", "<within node=\"../H\">"], [true, false])
    func `a field's own word is never overwritten in silence`(around: String, isOwnLast: Bool) throws {
        let path = around.isEmpty ? "" : around.contains("H") ? "../P/" : "P/"
        let derived = around + Self.ground.replacing("is(G", with: "is(\(path)G") + (around.isEmpty ? "" : "</within>")
        let bench = try Workbench.inbound(
            isOwnLast ? "\(derived)\n\(Self.own)" : "\(Self.own)\n\(derived)")
        defer { bench.remove() }
        let translator = try bench.translator()
        for (word, own) in [("是", true), ("否", false), ("0", false), ("×", false), ("无", false)] as [(String, Bool?)]
            + [("", nil), ("未填", nil)]
        {
            for ground in ["甲", "乙"] {
                let result = translator.reading("<R><H/><P><OWN>\(word)</OWN><G>\(ground)</G></P></R>")
                let isDerived = ground == "甲"
                let told = result.told.filter { $0.hasPrefix("contradiction") }
                #expect(
                    told
                        == (own == false && isDerived
                            ? ["contradiction criminal.expectedSentence3yPlus /R/P/OWN"] : []),
                    "\(word) \(ground)")
                let taken = isOwnLast ? own ?? (isDerived ? true : nil) : isDerived ? true : own
                let value = result.records.first?.application.value("criminal.expectedSentence3yPlus")?.bool
                #expect(value == taken, "\(word) \(ground)")
            }
        }
    }

    @Test func `what a mapping says by itself contradicts nobody`() throws {
        let bench = try Workbench.inbound(
            """
            <constant to="urgency/claimed" value="normal"/>
            <constant to="urgency/claimed" value="urgent" when="yes(A)"/>
            <value to="consent/applyWill" from="B" default="unknown"/>
            <constant to="consent/applyWill" value="self" when="yes(A)"/>
            <value to="remarks" from="C" as="fullText"/>
            <value to="remarks" from="D" as="fullText" when="not(given(C))"/>
            """)
        defer { bench.remove() }
        let result = try bench.translator().reading("<R><P><A>是</A><D>丁</D></P><P><C>丙</C><D>丁</D></P></R>")
        #expect(!result.told.contains { $0.hasPrefix("contradiction") })
        #expect(result.text("urgency.claimed") == "urgent" && result.text("consent.applyWill") == "self")
        #expect(result.text("remarks") == "丁" && result.text("remarks", of: 1) == "丙")
    }

    /// What lies outside the records is read once for all of them, and contradicts each.
    @Test func `every record is told of its own`() throws {
        let bench = try Workbench.inbound(
            """
            <within node="../H"><value to="proceeding/handlingOrgan/name" from="DW"/></within>
            <value to="proceeding/handlingOrgan/name" from="DW"/>
            """)
        defer { bench.remove() }
        let result = try bench.translator().reading(
            "<R><H><DW>甲局</DW></H><P><DW>乙局</DW></P><P/><P><DW>甲局</DW></P><P><DW>丙局</DW></P></R>")
        let told = result.records.map { $0.findings.filter { $0.code == "contradiction" }.map { $0.location?.path } }
        #expect(told == [["/R/H/DW"], [], [], ["/R/H/DW"]])
        #expect((0..<4).map { result.text("proceeding.handlingOrgan.name", of: $0) } == ["乙局", "甲局", "甲局", "丙局"])
    }

    // MARK: Lint

    @Test(
        arguments: [
            (#"<value to="remarks" from="A"/>"#, #"<constant to="remarks" value="x" when="yes(B)"/>"#, true),
            (#"<value to="remarks" from="A"/>"#, #"<value to="remarks" from="B" when="given(B)"/>"#, true),
            (#"<value to="remarks" from="A"/>"#, #"<value to="remarks" from="B" when="not(given(B))"/>"#, true),
            (
                #"<value to="remarks" from="A"/>"#, #"<value to="remarks" from="B" when="not(given(A)) or yes(C)"/>"#,
                true
            ),
            (
                #"<within node="H"><value to="remarks" from="A"/></within>"#,
                #"<value to="remarks" from="B" when="not(given(A))"/>"#, true
            ),
            (#"<value to="remarks" from="A || C"/>"#, #"<value to="remarks" from="B" when="not(given(A))"/>"#, true),
            (
                #"<value to="remarks" from="A"/>"#, #"<value to="remarks" from="B" when="yes(C) and not(given(A))"/>"#,
                false
            ),
            (
                #"<value to="remarks" from="A"/>"#, #"<value to="remarks" from="B" when="not(given(A, 'boolean'))"/>"#,
                false
            ),
            (
                #"<within node="H"><value to="remarks" from="A"/></within>"#,
                #"<value to="remarks" from="B" when="not(given(H/A))"/>"#, false
            ),
            (
                #"<value to="remarks" from="A"/>"#,
                #"<within node="H"><value to="remarks" from="B" when="not(given(../A))"/></within>"#, false
            ),
            (
                #"<value to="remarks" from="A" when="not(given(B))"/>"#,
                #"<value to="remarks" from="B" when="given(C)"/>"#, false
            ),
            (
                #"<value to="remarks" from="A" when="not(yes(C))"/>"#, #"<value to="remarks" from="B" when="yes(C)"/>"#,
                false
            ),
            (#"<constant to="remarks" value="x" when="yes(B)"/>"#, #"<value to="remarks" from="A"/>"#, false),
            (#"<constant to="remarks" value="x"/>"#, #"<value to="remarks" from="A" when="yes(B)"/>"#, false),
        ] as [(String, String, Bool)])
    func `lint notes what can overwrite the sender's word`(first: String, second: String, isNoted: Bool) throws {
        let bench = try Workbench.inbound(first + "\n" + second)
        defer { bench.remove() }
        let mapping = try #require(try bench.translator().inForce.mappings.first)
        #expect(Overwriting(of: mapping).found.map(\.later) == (isNoted ? [5] : []))
        let notes = try bench.translator().lint(
            examples: [:], receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits())
        #expect(notes.contains { $0.code == .overwritesGiven && $0.line == 5 } == isNoted)
    }

    @Test func `no shipped mapping lets what it concludes overwrite what was said`() throws {
        for mapping in try shippedMappings.get().inForce.mappings {
            let found = Overwriting(of: mapping).found
            #expect(found.isEmpty, "\(mapping.id): \(found)")
        }
    }

    // MARK: The procuratorate's notice

    private static func notice(_ suspect: String, _ letter: String, suspects: String = "") -> String {
        """
        <通知辩护公函><函号>常武检刑辩函〔2023〕第17号</函号><发函单位 代码="320412"/>
        <犯罪嫌疑人><姓名>测试甲</姓名>\(suspect)</犯罪嫌疑人>\(suspects)\(letter)</通知辩护公函>
        """
    }

    /// The same grounds by code, in the sender's older codes, by name and in words.
    private static func grounds(_ code: String, _ old: String, _ words: [String]) -> [String] {
        [code, old, code.lowercased(), " \(old) "].map { #"<通知理由 代码="\#($0)">见附件</通知理由>"# }
            + words.flatMap { word in
                ["<通知理由>\(word)</通知理由>", "<通知理由>\(word)；没有委托辩护人</通知理由>", #"<通知理由 代码="/">\#(word)</通知理由>"#]
            } + words.prefix(1).map { #"<通知理由 代码="SCQS-03">案情重大</通知理由><通知理由>\#($0)</通知理由>"# }
    }

    @Test func `a suspect's own no stands beside the letter's ground, and the contradiction is told`() throws {
        let translator = try shippedMappings.get()
        let place = "/通知辩护公函/犯罪嫌疑人/可能判处三年以上"
        for ground in Self.grounds("NG-21", "SCQS-01", ["可能判处三年以上有期徒刑", "可能判处 三年以上 有期徒刑"]) {
            for (word, own) in [("否", false), ("0", false), ("无", false), ("是", true), ("", nil)] as [(String, Bool?)] {
                let line = own == nil ? "" : "<可能判处三年以上>\(word)</可能判处三年以上>"
                let result = translator.reading(Self.notice(line, ground))
                let record = try #require(result.records.first)
                #expect(
                    record.application.value("criminal.expectedSentence3yPlus")?.bool == (own ?? true),
                    "\(word) \(ground)")
                let told = record.findings.filter { $0.code == "contradiction" }
                #expect(told.map { $0.location?.path } == (own == false ? [place] : []), "\(word) \(ground)")
                #expect(told.allSatisfy { $0.field == place && $0.path == "criminal.expectedSentence3yPlus" })
                #expect(record.application.text("criminal.noticeForce") == "mandatory", "\(ground)")
            }
        }
    }

    @Test func `of several suspects a letter's ground says nothing`() throws {
        let translator = try shippedMappings.get()
        let other = "<犯罪嫌疑人><姓名>测试乙</姓名><可能判处三年以上>否</可能判处三年以上></犯罪嫌疑人>"
        for ground in Self.grounds("NG-21", "SCQS-01", ["可能判处三年以上有期徒刑"]) {
            let result = translator.reading(Self.notice("", ground, suspects: other))
            let said = result.records.map { $0.application.value("criminal.expectedSentence3yPlus")?.bool }
            #expect(said == [nil, false], "\(ground)")
            #expect(result.records.allSatisfy { !$0.findings.contains { $0.code == "contradiction" } }, "\(ground)")
            #expect(result.records.allSatisfy { $0.application.text("criminal.noticeForce") == "mandatory" })
        }
    }

    @Test func `grounds in words bind like those by code, and denied ones do not`() throws {
        let translator = try shippedMappings.get()
        func record(_ suspect: String, _ letter: String) throws -> TranslatedRecord {
            try #require(translator.reading(Self.notice(suspect, letter)).records.first)
        }
        for ground in Self.grounds("NG-22", "SCQS-02", ["本人或者同案犯罪嫌疑人拒不认罪", "不认罪"]) {
            let found = try record("<认罪认罚>是</认罪认罚>", ground)
            #expect(found.application.text("criminal.noticeForce") == "mandatory", "\(ground)")
            #expect(found.application.value("criminal.expectedSentence3yPlus") == nil)
            #expect(
                found.findings.filter { $0.code == "contradiction" }.map(\.path) == ["criminal.pleaLeniency"],
                "\(ground)")
        }
        for ground in Self.grounds("NG-23", "SCQS-03", ["案情重大复杂"]) + Self.grounds("NG-24", "SCQS-04", ["可能造成重大社会影响"]) {
            #expect(try record("", ground).application.text("criminal.noticeForce") == "mandatory", "\(ground)")
        }
        for words in ["不可能判处三年以上有期徒刑", "案情简单", "未满十八周岁"] {
            let found = try record("<可能判处三年以上>否</可能判处三年以上>", "<通知理由>\(words)</通知理由>")
            #expect(found.application.text("criminal.noticeForce") == nil, "\(words)")
            #expect(found.application.value("criminal.expectedSentence3yPlus")?.bool == false, "\(words)")
            #expect(!found.findings.contains { $0.code == "contradiction" }, "\(words)")
        }
        // What the letter calls itself stands, and what nobody knows is told once.
        let discretionary = try record("", "<通知类型>可以通知</通知类型><通知理由>可能判处三年以上有期徒刑</通知理由>")
        #expect(discretionary.application.text("criminal.noticeForce") == "discretionary")
        let unknown = try record("", "<通知理由>㐀㐁</通知理由>")
        #expect(unknown.findings.filter { $0.code == "unknownCode" }.count == 1)
    }

    @Test func `all grounds of a letter are kept as they were written`() throws {
        let words = ["甲", "乙", "丙", "丁", "戊"]
        let letter = words.map { "<通知理由>\($0)</通知理由>" }.joined() + "<通知理由>无</通知理由>"
        let result = try shippedMappings.get().reading(Self.notice("", letter))
        #expect(result.text("criminal.noticeGroundText") == "甲；乙；丙；丁；戊")
    }

    // MARK: Measures

    private static let letters = [
        ("通知辩护公函", "函号", "犯罪嫌疑人"), ("值班律师法律帮助通知书", "通知编号", "犯罪嫌疑人"), ("转交法律援助申请函", "函号", "申请人"),
    ]

    @Test(arguments: letters)
    func `the measure's own field goes before what the place of custody says, and both are told`(
        root: String, number: String, person: String
    ) throws {
        let translator = try shippedMappings.get()
        let measures = [("取保候审", "bail"), ("监视居住", "residentialSurveillance"), ("", nil)] as [(String, String?)]
        for (place, byPlace) in measures {
            for (own, byField) in measures {
                let inPlace = byPlace == nil ? "" : "<羁押场所>无（\(place)）</羁押场所>"
                let inField = byField == nil ? "" : "<强制措施>\(own)</强制措施>"
                let result = translator.reading(
                    """
                    <\(root)><\(number)>常武检函〔2023〕第17号</\(number)><发函单位 代码="320412"/>
                    <\(person)><姓名>测试甲</姓名>\(inPlace)\(inField)</\(person)></\(root)>
                    """)
                #expect(result.text("criminal.coerciveMeasure") == byField ?? byPlace, "\(place) \(own)")
                let told = result.records.flatMap(\.findings).filter { $0.code == "contradiction" }
                let differs = byPlace != nil && byField != nil && byPlace != byField
                #expect(
                    told.map { "\($0.path ?? "") \($0.location?.path ?? "")" }
                        == (differs ? ["criminal.coerciveMeasure /\(root)/\(person)/羁押场所"] : []), "\(place) \(own)")
            }
        }
    }
}
