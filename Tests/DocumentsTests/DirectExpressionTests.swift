import Foundation
import StrictJSON
import Testing

@testable import Documents

@Suite struct DirectExpressionTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func files(below folder: String, _ isWanted: (String) -> Bool) throws -> [URL] {
        let folder = repository.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter(isWanted).sorted()
            .map { folder.appending(path: $0) }
    }

    /// What the attributes that take XPath hold in the shipped mappings and rules.
    private static func expressions(below folder: String) throws -> Set<String> {
        let files = try files(below: folder) { $0.hasSuffix(".xml") && !$0.contains("examples/") }
        return files.reduce(into: []) { found, file in
            guard let document = try? Document.parse([UInt8](Data(contentsOf: file))) else { return }
            collect(document.root, into: &found)
        }
    }

    private static func collect(_ node: Node, into found: inout Set<String>) {
        for name in ["when", "from", "node", "each", "record", "accepts", "group", "by", "value", "unsure", "evidence"]
        {
            if let text = node.attribute(name) { found.insert(text) }
        }
        for child in node.children { collect(child, into: &found) }
    }

    private static func told(_ value: XPathValue) -> String {
        switch value {
        case .nodes(let nodes): "nodes " + nodes.map { "\($0.identity)" }.joined(separator: " ")
        case .string(let text): "text \(text)"
        case .number(let number): number.isNaN ? "no number" : "number \(number)"
        case .boolean(let flag): "\(flag)"
        }
    }

    private static func everyNode(below node: Node) -> [Node] { [node] + node.children.flatMap(everyNode) }

    /// An expression evaluated on the tree where that is possible, and by libxml2.
    private static func bothWays(_ source: String) throws -> (quick: XPathExpression, whole: XPathExpression) {
        let tests = try XPathExpression.tests(of: source, SampleMeaning())
        return (
            try XPathExpression(source, direct: DirectExpression(source, tests: tests), tests: tests),
            try XPathExpression(source, direct: nil, tests: tests)
        )
    }

    private static func isDirect(_ source: String) -> Bool {
        let tests = try? XPathExpression.tests(of: source, SampleMeaning())
        return DirectExpression(source, tests: tests ?? nil) != nil
    }

    /// Both ways at a sample of a document's nodes.
    private func compare(_ expressions: Set<String>, in document: Document, _ count: inout Int) throws {
        let nodes = Self.everyNode(below: document.root)
        let asked = stride(from: 0, to: nodes.count, by: max(1, nodes.count / 12)).map { nodes[$0] }
        for source in expressions {
            guard Self.isDirect(source) else { continue }
            let (quick, whole) = try Self.bothWays(source)
            for node in asked {
                let (one, other) = (Self.told(quick.evaluate(at: node)), Self.told(whole.evaluate(at: node)))
                #expect(one == other, "\(source) at \(node.location.path)")
                #expect(quick.bool(at: node) == whole.bool(at: node), "\(source) at \(node.location.path)")
                count += 1
            }
        }
    }

    @Test func `every shipped expression gives what libxml2 gives in the shipped documents`() throws {
        var count = 0
        let mappings = try Self.expressions(below: "Mappings")
        for file in try Self.files(
            below: "Mappings", { $0.contains("examples/all-fields") && !$0.contains("expected") })
        {
            guard let document = try? Document.parse([UInt8](Data(contentsOf: file))) else { continue }
            // Those of other mappings mostly find nothing here; some of them are enough.
            let own = try Self.expressions(
                below: "Mappings/" + file.pathComponents.suffix(4).prefix(2).joined(separator: "/"))
            try compare(own.union(mappings.shuffled().prefix(40)), in: document, &count)
        }
        #expect(count > 10_000)
    }

    @Test func `every expression of the rules gives what libxml2 gives in canonical applications`() throws {
        let variables = try XPathVariables(
            numbers: [
                "adultAge": 18, "elderlyAge": 60, "advancedAge": 80, "groupCaseSize": 10, "minimumWage": 2490,
                "hearingUrgentDays": 14, "lowAgeChildAge": 14, "noticeUrgentHours": 24,
            ],
            lists: [
                "mandatoryGrounds": ["NG-01", "NG-02"], "reviewGrounds": ["SCQS-01", "NG-21"],
                "trialStages": ["firstInstance", "secondInstance"], "elderGroups": ["elderly"],
            ])
        let rules = try Self.expressions(below: "config/rules")
        var count = 0
        for file in try Self.files(below: "Mappings", { $0.contains("examples/all-fields") && $0.contains("expected") })
        {
            guard let text = try? JSONValue(parsing: [UInt8](Data(contentsOf: file))) else { continue }
            for record in text["results"]?.array ?? [] {
                guard let document = try? Document(record["application"] ?? record, variables: variables) else {
                    continue
                }
                try compare(rules, in: document, &count)
            }
        }
        #expect(count > 5_000)
    }

    @Test func `what mappings and rules ask for is nearly always evaluated directly`() throws {
        let all = try Self.expressions(below: "Mappings").union(Self.expressions(below: "config/rules"))
            .filter { (try? XPathExpression($0, meaning: SampleMeaning())) != nil }
        let others = all.filter { !Self.isDirect($0) }
        #expect(others.count * 50 < all.count, "\(others.sorted())")
    }

    @Test(arguments: [
        "b[1]", "count(b) + 1", "b | c = 'x'", "(b)[1]", "//b", "b/text()", "preceding-sibling::b", "p:b",
        "ancestor::a",
        "concat(b, c)", "b[$n]", "substring(b, 0)", "b/..", "-1", "b and", "'open", "last()", "contains(b)", "@*",
        "translate(b, c, 'x')", "b[count(c)]", "1 < 2 < (1 = 1)",
    ])
    func `what is not known is left to libxml2`(source: String) { #expect(DirectExpression(source) == nil) }

    private static let forms = [
        "a = 'x'", "a != 'x'", "not(a = 'x')", "a = b", "a != b", "n < 10", "n <= 2.50", "10 > n", "n = 2.5",
        "e", "string(e)", "normalize-space(w)", "normalize-space(w) = 'one two'", "normalize-space()", "w = 'one two'",
        "string-length(z)", "string-length(normalize-space(w)) = 7", "substring(z, 2, 2)", "substring(z, 3)",
        "substring(z, 9)", "translate(z, '法援', 'L')", "translate(z, '法援', '')", "contains(z, '律援')",
        "starts-with(z, '法')", "contains(z, '')", "starts-with(e, '')", "count(a)", "count(a) > 1 and a", "a[. = 'y']",
        "a[not(. = 'x')]", "m/n[../k = '1']", "m[n][k]", "@id", "@id = 'r'", "m/@t", "../r/a", "self::*[a]", "self::r",
        "self::node()[a = 'y']", "/r/m/k", "/q", "m | a", "a | a[. = 'y']", "m/n | k | m", "q | b", "number(n) * 1",
        "number(n)", "number(z)", "number(e) = 0",
        "yes(y)", "no(y)", "not(yes(y))", "given(a)", "given(e)", "y[yes(.)]", "yes(q)", "is(a, 'X', 'q')",
        "is(y, '是')",
        "coded(a, 'list', 'y')", "says(z, '律援')", "denies(z, '律援')", "begins(z, '法')", "positive(n)",
        "folded(w) = 'onetwo'",
        "substring(folded(w), 1, 3)", "contains(folded(w), 'et')", "string-length(folded(w))", "is('X', 'x')",
        "given(a | e) and yes(y | q)", "m[is(k, '1')]/n", "folded(q)", "is(@id, 'R')", "given(.)", "y[not(yes(.))]",
        "true() = a", "not(q) = true()", "false() or a", "string(a) = string(b)", "normalize-space(a) != ''", "t", ".",
        "..", "q = ''", "e = ''", "'x'", "3", "3 = '3'", "'a' < 'b'", "n > '2'", "mixed", "contains(mixed, 'in')",
    ]

    @Test(arguments: forms)
    func `each form gives what libxml2 gives`(source: String) throws {
        let document = try Document.parse(
            Array(
                """
                <r id="r"><a>x</a><a>y</a><b>y</b><y> 是\n</y><y>也许</y><y/><n> 2.50 </n><e/><w>  one
                 \t two </w><z>法律援助</z><m t="1"><n>5</n><k>1</k></m><m><n>6</n></m><t><![CDATA[<x>]]></t>\
                <mixed>in <i>ner</i> text</mixed></r>
                """.utf8))
        for node in Self.everyNode(below: document.root) {
            let (quick, whole) = try Self.bothWays(source)
            #expect(
                Self.told(quick.evaluate(at: node)) == Self.told(whole.evaluate(at: node)), "at \(node.location.path)")
            #expect(quick.bool(at: node) == whole.bool(at: node), "at \(node.location.path)")
        }
    }

    @Test func `a document that makes an expression look too long gives nothing`() throws {
        let many = String(repeating: "<b/>", count: 2_000)
        let document = try Document.parse(Array("<a>\(many)</a>".utf8))
        let slow = try XPathExpression("b[../b[../b = 'x'] = 'x']")
        #expect(slow.nodes(at: document.root).isEmpty)
        #expect(!slow.bool(at: document.root))
    }

    @Test(
        arguments: forms + ["/r/m[n = 5]/k", "/root/r/a[. = 'y']", "r/q or r/a", "r/q | r/a", "not(r/q)", "r/q != 'x'"])
    func `each form gives the same in trees of JSON, and when an item has been added`(source: String) throws {
        let document = try Document(
            JSONValue(
                parsing: Array(
                    """
                    {"r": {"a": ["x", "y"], "b": "y", "y": [" 是\\n", "也许", "", true], "n": " 2.50 ", "e": "", "w": "  one\\n \\t two ", "z": "法律援助",
                     "m": [{"n": 5, "k": true}, {"n": 6}], "t": "<x>", "mixed": {"i": "ner"}}}
                    """.utf8)))
        let (quick, whole) = try Self.bothWays(source)
        for isAdded in [false, true] {
            if isAdded {
                document.root.child(named: "r")?.append("y", to: "a")
                document.root.child(named: "r")?.append(["k": "1"], to: "q")
            }
            for node in Self.everyNode(below: document.root) {
                #expect(
                    Self.told(quick.evaluate(at: node)) == Self.told(whole.evaluate(at: node)),
                    "at \(node.dottedPath), added \(isAdded)")
                #expect(quick.bool(at: node) == whole.bool(at: node), "at \(node.dottedPath), added \(isAdded)")
            }
        }
    }

    @Test func `an item that is added stands behind the last of its list`() throws {
        let document = try Document(["a": ["x"], "b": "y"])
        document.root.append("z", to: "a")
        document.root.append("1", to: "c")
        document.root.append(.string(String(repeating: "长", count: 30_000)), to: "c")
        #expect(document.root.children.map(\.name) == ["a", "a", "b", "c", "c"])
        #expect(document.root.children[1].dottedPath == "a[1]")
        #expect(document.root.children[4].text.count == 30_000)
    }
}

/// Meaning enough to tell the evaluators apart: what mappings mean is the matter of another room.
private final class SampleMeaning: TextMeaning {
    private(set) var told: [String] = []

    func test(_ call: TextCall) -> ((UnsafeBufferPointer<UInt8>) -> TextAnswer)? {
        let words = call.words
        return { [self] bytes in
            let text = String(decoding: folded(bytes), as: UTF8.self)
            return switch call.function {
            case .given, .folded: text.isEmpty ? .fails : .holds
            case .yes: text.isEmpty ? .fails : text == "是" || text == "true" ? .holds : .unreadable("notABoolean")
            case .no: text == "否" ? .holds : .fails
            case .positive: Double(text).map { $0 > 0 } ?? false ? .holds : .fails
            case .is, .coded: words.contains { $0.lowercased() == text } ? .holds : .fails
            case .says, .mentions, .matches: words.contains { text.contains($0) } ? .holds : .fails
            case .denies: words.contains { text.contains("非" + $0) } ? .holds : .fails
            case .begins: words.contains { text.hasPrefix($0) } ? .holds : .fails
            }
        }
    }

    func folded(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        String(decoding: text, as: UTF8.self).lowercased().filter { !$0.isWhitespace }.utf8.map { $0 }
    }

    func tell(_ code: String, of call: TextCall, at node: Node) { told.append(code) }
}
