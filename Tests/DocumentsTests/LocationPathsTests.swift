import Testing

@testable import Documents

@Suite struct LocationPathsOfExpressions {
    private func paths(_ xpath: String, at context: String = "root") -> Set<String> {
        let context = context.split(separator: "/").map(String.init)
        return Set(LocationPaths(xpath, at: [context]).all.map { $0.joined(separator: "/") })
    }

    private static let rows: [(String, String)] = [
        ("a", "root/a"),
        ("/x/y", "x/y"),
        ("../b", "b"),
        (".", "root"),
        ("a/b | ./c", "root/a/b root/c"),
        ("concat('F-', a/b, \"c/d\")", "root/a/b"),
        ("a = '12' or not(b)", "root/a root/b"),
        ("a[b = 'c']/d", "root/a/b root/a/d"),
        ("a[../b]/c", "root/b root/a/c"),
        ("(a | b)[1]/c", "root/a root/b root/a/c root/b/c"),
        ("//a", "**/a"),
        ("a//b", "root/a/**/b"),
        ("*/a", "root/*/a"),
        ("2 * a", "root/a"),
        ("a - b", "root/a root/b"),
        ("a-b", "root/a-b"),
        ("-a", "root/a"),
        ("div div mod", "root/div root/mod"),
        ("@id", "root/@id"),
        ("a/@id", "root/a/@id"),
        ("a/text()", "root/a"),
        ("a/node()", "root/a/*"),
        ("parent::*/a", "a"),
        ("child::a/self::a", "root/a"),
        ("a/following-sibling::b", "root/b"),
        ("ancestor::a", "**/a"),
        ("descendant::a", "root/**/a"),
        ("count(a) > 1.5", "root/a"),
        ("a[$list]/b", "root/a/b"),
        ("申请人/姓名", "root/申请人/姓名"),
        ("''", ""),
        ("translate(a, ' ', '')", "root/a"),
        ("string-length(normalize-space(a)) = 0 and b", "root/a root/b"),
        ("a[1][b]/c[2]", "root/a/b root/a/c"),
    ]

    @Test(arguments: rows)
    func `all paths of an expression are told`(xpath: String, expected: String) throws {
        _ = try XPathExpression(xpath)
        #expect(paths(xpath) == Set(expected.split(separator: " ").map(String.init)))
    }

    @Test func `what an expression selects is told apart from what it asks`() {
        func selected(_ xpath: String) -> [String] {
            LocationPaths(xpath, at: [["r"]]).selected.map { $0.joined(separator: "/") }
        }
        #expect(selected("a[b]/c | d") == ["r/a/c", "r/d"])
        #expect(selected("(a | b)[1]") == ["r/a", "r/b"])
        #expect(selected("concat(a, b)").isEmpty && selected("a = b").isEmpty && selected("count(a) + 1").isEmpty)
    }

    @Test func `unions within predicates do not multiply without end`() {
        let nested = (0..<40).reduce("a") { inner, level in "(a\(level) | b\(level))[\(inner)]" }
        #expect(LocationPaths(nested, at: [[]]).all.count < 10_000)
    }
}
