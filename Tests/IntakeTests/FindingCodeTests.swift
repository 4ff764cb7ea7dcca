import Cases
import Documents
import Foundation
import Testing
import Vocabulary

@testable import Intake
@testable import Translation

/// Every code that is published can be met, and none is met that is not published.
@Suite struct FindingCodes {
    private static let receivedAt = Timestamp(secondsSince1970: 1_772_000_000)

    /// The documents of a folder and of those below it.
    private static func documents(in folder: String) throws -> [[UInt8]] {
        let root = repository.appending(path: folder)
        return try (FileManager.default.subpaths(atPath: root.path) ?? []).sorted()
            .filter { $0.contains("examples/") || $0.hasPrefix("inputs/") }
            .filter { !$0.contains(".expected.") && ($0.hasSuffix(".xml") || $0.hasSuffix(".json")) }
            .map { [UInt8](try Data(contentsOf: root.appending(path: $0))) }
    }

    /// A mapping beside the shipped ones, whose documents break whatever a document can break.
    private static let mapping = """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" version="1" title="试验" source="xml" schema="schema.xsd"
                 accepts="/FC" kind="lead" maxAttachments="1" maxAttachmentBytes="8">
          <each record="/FC">
            <value to="source/messageId" from="ID" required="yes"/>
            <value to="source/senderCode" from="S"/>
            <value to="recipient/name" from="XM" as="personName"/>
            <value to="remarks" from="L"/>
            <value to="recipient/idNumber" from="ZJ" as="residentId"/>
            <value to="recipient/mobile" from="DH" as="phone"/>
            <value to="recipient/birthDate" from="RQ"/>
            <value to="recipient/ageAtEvent" from="NL"/>
            <value to="matter/amount" from="JE"/>
            <value to="proceeding/caseNumber" from="AH"/>
            <value to="proceeding/handlingOrgan/division" from="QH"/>
            <value to="consent/applyWill" from="YY"/>
            <list to="proceeding/hearings" each="KT"><value to="at" from="."/></list>
            <list to="groupFlags" each="LB"><value to="code" from="."/><constant to="assertedBy" value="sender"/></list>
            <list to="materials" each="A">
              <value to="title" from="@t"/><value to="content" from="." as="base64" digest="@d"/>
            </list>
            <read node="E | P | N | T | F"/>
          </each>
        </mapping>
        """
    private static let schema = """
        <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
          <xs:element name="FC"><xs:complexType>
            <xs:choice minOccurs="0" maxOccurs="unbounded">
              \(["ID", "S", "XM", "ZJ", "DH", "RQ", "NL", "JE", "AH", "QH", "YY", "KT", "LB"].map {
                  #"<xs:element name="\#($0)" type="xs:string"/>"#
              }.joined())
              <xs:element name="L"><xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="2"/></xs:restriction></xs:simpleType></xs:element>
              <xs:element name="E"><xs:simpleType><xs:restriction base="xs:string"><xs:enumeration value="a"/></xs:restriction></xs:simpleType></xs:element>
              <xs:element name="P"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[0-9]"/></xs:restriction></xs:simpleType></xs:element>
              <xs:element name="N"><xs:simpleType><xs:restriction base="xs:integer"><xs:maxInclusive value="5"/></xs:restriction></xs:simpleType></xs:element>
              <xs:element name="T" type="xs:integer"/><xs:element name="F" type="xs:string" fixed="1"/>
              <xs:element name="A"><xs:complexType><xs:simpleContent><xs:extension base="xs:string">
                <xs:attribute name="t" use="required"/><xs:attribute name="d"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
            </xs:choice>
          </xs:complexType></xs:element>
        </xs:schema>
        """

    private static func document(_ content: String) -> [UInt8] { Array("<FC><ID>1</ID>\(content)</FC>".utf8) }

    private static func bytes(_ before: String, _ middle: [UInt8], _ after: String) -> [UInt8] {
        Array(before.utf8) + middle + Array(after.utf8)
    }

    /// What a document must hold for a code to be told; where several stand together each is told of each.
    private static let recipes: [(codes: [String], document: [UInt8])] = [
        (["lookalikeX"], document("<ZJ>32040219790101994×</ZJ>")), (["normalizedName"], document("<XM>买买提.阿里</XM>")),
        (["timeNotRead"], document("<KT>2026-03-02 9:75</KT>")),
        (["badEncoding"], bytes("<?xml version=\"1.0\" encoding=\"x-none\"?><FC>", [0xFF, 0x81, 0xFF], "</FC>")),
        (["byteOrderMarkInside"], bytes("<FC>", [0xEF, 0xBB, 0xBF], "</FC>")),
        (["notInEnumeration"], document("<E>b</E>")), (["wrongPattern"], document("<P>x</P>")),
        (["wrongLength"], document("<L>abc</L>")), (["outOfRange"], document("<N>9</N>")),
        (["wrongType"], document("<T>x</T>")), (["schemaViolation"], document("<F>2</F>")),
        (["unexpectedElement"], document("<W/>")), (["missingAttribute"], document("<A>QQ==</A>")),
        (["unknownAttribute"], document(#"<A t="a" z="1">QQ==</A>"#)),
        (["attachmentTooLarge"], document(#"<A t="a">QUFBQUFBQUFBQUFBQUFB</A>"#)),
        (["tooManyAttachments"], document(#"<A t="a">QQ==</A><A t="b">QQ==</A>"#)),
        (["attachmentUndecodable"], document(#"<A t="a">***?</A>"#)),
        (["attachmentDigestUnknown"], document(#"<A t="a" d="zz">QQ==</A>"#)),
        (["attachmentDigestMismatch"], document(#"<A t="a" d="\#(String(repeating: "0", count: 64))">QQ==</A>"#)),
        (["senderMismatch"], document("<S>stranger</S>")),
        (["tooManyFindings"], document((0..<300).map { "<KT>x\($0)</KT>" }.joined())),
        (["lowerCaseX"], document("<ZJ>32040219790101994x</ZJ>")),
        (["apostropheRemoved"], document("<ZJ>'32040219790101994X</ZJ>")),
        (["fifteenDigits"], document("<ZJ>320402790101994</ZJ>")),
        (["checksumError"], document("<ZJ>320402197901019941</ZJ>")), (["formatError"], document("<ZJ>3204</ZJ>")),
        (["controlCharacter"], document("<XM>测&#x85;甲</XM>")),
        (["areaCodeAssumed"], document("<DH>80000010</DH>")), (["serviceNumber"], document("<DH>12348</DH>")),
        (["severalNumbers"], document("<DH>13800000001 13800000002 13800000003 13800000004</DH>")),
        (["dateInFuture"], document("<RQ>2030-01-01</RQ>")), (["dateImplausible"], document("<RQ>1800-01-01</RQ>")),
        (["dateRange"], document("<KT>2026-03-02 9:30-11:30</KT>")),
        (["severalDates"], document("<RQ>1980-01-01、1981-01-01</RQ>")),
        (["weekdayConflict"], document("<KT>2026年3月2日（星期五）9时</KT>")),
        (["monthOnly"], document("<RQ>1980年5月</RQ>")), (["twoDigitYear"], document("<RQ>80-05-01</RQ>")),
        (["negativeNumber"], document("<JE>-5</JE>")), (["foreignCurrency"], document("<JE>5美元</JE>")),
        (["wrongUnit"], document("<JE>5%</JE>")), (["roundedNumber"], document("<JE>1.239</JE>")),
        (["perMonth"], document("<JE>3000元/月</JE>")),
        (["approximateValue"], document("<JE>约5万元</JE>")), (["notANumber"], document("<NL>很大</NL>")),
        (["notADivision"], document("<QH>91320402MA1TEST0X1</QH>")),
        (["denied"], document("<LB>非残疾人</LB>")), (["tagOfOtherPersonIgnored"], document("<LB>父亲为残疾人</LB>")),
        (["willMissing"], document("")), (["willUnclear"], document("<YY>再看看吧</YY>")),
        (["willDeclined"], document("<YY>不愿意</YY>")),
        (["escapedTwice"], document("<L>&amp;amp;</L>")), (["garbledText"], document("<XM>锟斤拷锟斤拷</XM>")),
        (["nameDoubtful"], document("<XM>测试甲（男）</XM>")),
        (["questionMarks"], document("<XM>??</XM>")), (["replacementCharacter"], document("<XM>测\u{FFFD}</XM>")),
        (["privateUseCharacter"], document("<XM>测\u{E000}</XM>")),
        (["noMapping"], Array("<unheard/>".utf8)),
        (["namespaceIgnored"], Array(#"<FC xmlns="urn:z"><ID>1</ID></FC>"#.utf8)),
        (["notWellFormed"], Array("<FC>".utf8)), (["notJSON"], Array("{".utf8)),
        (["duplicateKey"], Array(#"{"a":1,"a":2}"#.utf8)),
        (["empty-document"], []), (["securityDoctype"], Array("<!DOCTYPE FC><FC/>".utf8)),
        (["declarationMisplaced"], Array(#"<FC/><?xml version="1.0"?><FC/>"#.utf8)),
        (["blankBeforeDeclaration"], Array(#" <?xml version="1.0"?><FC><ID>1</ID></FC>"#.utf8)),
        (["tooDeep"], Array((String(repeating: "<a>", count: 40) + String(repeating: "</a>", count: 40)).utf8)),
        (["tooManyNodes"], document(String(repeating: "<b/>", count: 2_000))),
        (["tooManyAttributes"], Array("<FC \((0..<300).map { "a\($0)=\"\"" }.joined(separator: " "))/>".utf8)),
    ]

    /// What other suites make, each with the one that holds it told.
    private static let toldElsewhere = [
        "encodingAmbiguous": "DocumentsTests/EncodingTests", "encodingCesu8": "DocumentsTests/EncodingTests",
        "byteOrderMarkRepeated": "DocumentsTests/EncodingTests", "tooLarge": "DocumentsTests/DocumentTests",
        "tooLong": "TranslationTests/FieldMatrixTests", "personDoubtful": "TranslationTests/MeaningTests",
        "normalizedCode": "TranslationTests/DirtTests", "townCodeLeftOut": "TranslationTests/DirtTests",
        "unknownCaseType": "TranslationTests/DirtTests", "attachmentByDigest": "GatewayTests/AttachmentTests",
        "attachmentNotUploaded": "GatewayTests/AttachmentTests",
        "embeddedNotBase64": "TranslationTests/LanguageTests", "rowsDiffer": "TranslationTests/LanguageTests",
        "patternAmbiguous": "TranslationTests/PatternTests", "patternGivenUp": "TranslationTests/PatternTests",
        "patternMismatch": "TranslationTests/PatternTests", "mappingDisagrees": "IntakeTests/AnswerFindingTests",
        "kindDisagrees": "GatewayTests/FollowUpMatchTests", "personAmbiguous": "GatewayTests/FollowUpMatchTests",
        "personDisagrees": "GatewayTests/FollowUpMatchTests", "referenceDisagrees": "GatewayTests/FollowUpMatchTests",
        "unknownMember": "GatewayTests/ReportDutyTests",
    ]

    @Test(arguments: toldElsewhere.sorted { $0.key < $1.key })
    func `what this suite leaves to another is told there`(code: String, suite: String) throws {
        let text = try String(contentsOf: repository.appending(path: "Tests/\(suite).swift"), encoding: .utf8)
        // At the beginning of an expectation, not in passing.
        #expect(["\"", "."].contains { text.contains($0 + code) }, "\(suite) tells no \(code)")
    }

    private static func pipeline() throws -> (Pipeline, folder: URL) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "codes-\(UUID().uuidString)")
        let own = folder.appending(path: "Mappings")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: repository.appending(path: "Mappings"), to: own)
        let place = own.appending(path: "a/b")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try Data(mapping.utf8).write(to: place.appending(path: "mapping.xml"))
        try Data(schema.utf8).write(to: place.appending(path: "schema.xsd"))
        let loaded = MappingsAndRules(
            translator: try Translator(directory: own.path, digests: .openSSL), triage: try shippedPipeline.get().triage
        )
        var limits = ParseLimits()
        limits.bytes = 90_000
        limits.depth = 32
        limits.nodes = 1_500
        return (Pipeline(CurrentMappingsAndRules(loaded), limits: limits), folder)
    }

    private static func codes(of bytes: [UInt8], by pipeline: Pipeline, from codes: Set<String> = []) -> Set<String> {
        let walk = pipeline.walk(Pipeline.Message(bytes: bytes, senderCodes: codes, receivedAt: receivedAt))
        return Set((walk.findings + walk.records.flatMap(\.findings)).map(\.code))
    }

    @Test func `what is published is what can be told`() throws {
        let (pipeline, folder) = try Self.pipeline()
        defer { try? FileManager.default.removeItem(at: folder) }
        var met: Set<String> = []
        for recipe in Self.recipes {
            let told = Self.codes(of: recipe.document, by: pipeline, from: ["320402"])
            met.formUnion(told)
            for code in recipe.codes {
                let text = String(decoding: recipe.document.prefix(200), as: UTF8.self)
                #expect(told.contains(code), "\(text) tells \(told.sorted())")
            }
        }
        let shipped = try shippedPipeline.get()
        for document in try Self.documents(in: "Mappings") + Self.documents(in: "Tests/IntakeTests/Cases") {
            met.formUnion(Self.codes(of: document, by: shipped))
        }
        let published = Set(Finding.messages.keys)
        #expect(
            published.subtracting(met).subtracting(Self.toldElsewhere.keys).sorted() == [], "published, and never told")
        #expect(met.subtracting(published).sorted() == [], "told, and not published")
        #expect(Set(Self.toldElsewhere.keys).subtracting(published).sorted() == [], "told elsewhere, and not published")
    }

    @Test func `whatever a document can break has a published code`() {
        let published = Set(Finding.messages.keys)
        for rule in SchemaViolation.Rule.allCases { #expect(published.contains(rule.rawValue), "\(rule)") }
        for note in DocumentNote.codes { #expect(published.contains(note), "\(note)") }
        // An empty document has a code of its own; the last one is of what is sent.
        for problem in DocumentError.Problem.allCases where problem != .empty && problem != .unencodable {
            #expect(published.contains(problem.rawValue), "\(problem)")
        }
    }
}
